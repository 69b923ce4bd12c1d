//! Who can reach whom, and what is on its way.
//!
//! A connection of two devices has two ends that come up and go down on their own; messages on it
//! arrive in order or not at all. Not here: when things happen (`world::links`).

use std::collections::BTreeMap;

use crate::clock::Moment;

/// Two devices, the lower first.
pub type Pair = (usize, usize);

/// The pair of two devices in either order.
#[must_use]
pub fn pair(a: usize, b: usize) -> Pair {
    (a.min(b), a.max(b))
}

/// One connection.
#[derive(Debug, Clone)]
pub struct Link {
    /// Which connection of the pair this is.
    pub number: u64,
    /// Nothing goes over it any more, whether its ends know or not.
    pub broken: bool,
    /// Which ends believe that it is there: of the lower device, of the higher.
    pub up: [bool; 2],
    /// When the last message to each end arrives.
    arrival: [Moment; 2],
}

/// What is between two devices.
#[derive(Debug, Clone, Default)]
pub struct Way {
    /// They can't reach each other.
    pub cut: bool,
    /// The connection, as far as any end believes in one.
    pub link: Option<Link>,
    last_number: u64,
}

/// All connections.
#[derive(Debug, Clone, Default)]
pub struct Network {
    ways: BTreeMap<Pair, Way>,
}

/// The place of `device` in the arrays of a link.
fn end(of: Pair, device: usize) -> usize {
    usize::from(of.1 == device)
}

impl Network {
    /// The way between two devices.
    pub fn way(&mut self, a: usize, b: usize) -> &mut Way {
        self.ways.entry(pair(a, b)).or_default()
    }

    /// Makes a new connection; its number.
    pub fn connect(&mut self, a: usize, b: usize) -> u64 {
        let way = self.way(a, b);
        way.last_number += 1;
        way.link = Some(Link {
            number: way.last_number,
            broken: false,
            up: [false; 2],
            arrival: [Moment::default(); 2],
        });
        way.last_number
    }

    /// Whether `device` believes in connection `number` to `peer`.
    #[must_use]
    pub fn is_up(&self, device: usize, peer: usize, number: u64) -> bool {
        let pair = pair(device, peer);
        let link = self.ways.get(&pair).and_then(|way| way.link.as_ref());
        link.is_some_and(|link| link.number == number && link.up[end(pair, device)])
    }

    /// Whether connection `number` carries anything.
    #[must_use]
    pub fn carries(&self, a: usize, b: usize, number: u64) -> bool {
        let link = self.ways.get(&pair(a, b)).and_then(|way| way.link.as_ref());
        link.is_some_and(|link| link.number == number && !link.broken)
    }

    /// The connection that `device` believes to have to `peer`.
    #[must_use]
    pub fn number_of(&self, device: usize, peer: usize) -> Option<u64> {
        let pair = pair(device, peer);
        let link = self.ways.get(&pair)?.link.as_ref()?;
        link.up[end(pair, device)].then_some(link.number)
    }

    /// The end at `device` comes up or goes down; whether that is news to it.
    pub fn set_up(&mut self, device: usize, peer: usize, number: u64, up: bool) -> bool {
        let pair = pair(device, peer);
        let Some(link) = self.way(device, peer).link.as_mut() else { return false };
        if link.number != number || link.up[end(pair, device)] == up {
            return false;
        }
        link.up[end(pair, device)] = up;
        true
    }

    /// When a message that leaves now and takes until `soonest` arrives at `to`: after those before it.
    pub fn arrival(&mut self, from: usize, to: usize, soonest: Moment) -> Moment {
        let pair = pair(from, to);
        let Some(link) = self.way(from, to).link.as_mut() else { return soonest };
        let last = &mut link.arrival[end(pair, to)];
        *last = soonest.max(Moment(last.0 + 1));
        *last
    }

    /// Every way of `device` to another.
    #[must_use]
    pub fn peers_of(&self, device: usize) -> Vec<usize> {
        let of = |(a, b): &Pair| match (*a == device, *b == device) {
            (true, _) => Some(*b),
            (_, true) => Some(*a),
            (false, false) => None,
        };
        self.ways.keys().filter_map(of).collect()
    }

    /// Nothing is cut any more.
    pub fn heal(&mut self) {
        self.ways.values_mut().for_each(|way| way.cut = false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_of_a_connection_arrive_in_order() {
        let mut network = Network::default();
        network.connect(0, 1);
        let first = network.arrival(0, 1, Moment(100));
        let second = network.arrival(0, 1, Moment(50));
        assert!(second > first);
        assert_eq!(network.arrival(1, 0, Moment(50)), Moment(50));
    }

    #[test]
    fn an_old_connection_says_nothing_of_a_new_one() {
        let mut network = Network::default();
        let old = network.connect(0, 1);
        assert!(network.set_up(0, 1, old, true));
        let new = network.connect(0, 1);
        assert!(!network.is_up(0, 1, old) && !network.is_up(0, 1, new));
        assert!(!network.set_up(0, 1, old, false));
        assert!(network.set_up(0, 1, new, true));
    }
}
