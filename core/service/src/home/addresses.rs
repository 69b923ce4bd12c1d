//! Where this device can be reached, as far as it can tell by itself.

use std::net::{IpAddr, SocketAddr};

/// Addresses that are told to the other members.
const ADDRESSES_MAX: usize = 8;

/// The addresses of a service that listens at `listen`: that one, or all of this machine's if it
/// listens everywhere. Loopback only counts if there is nothing else.
pub(crate) fn own(listen: SocketAddr) -> Vec<SocketAddr> {
    if !listen.ip().is_unspecified() {
        return vec![listen];
    }
    let interfaces = if_addrs::get_if_addrs().unwrap_or_else(|error| {
        tracing::warn!(%error, "own addresses are not known");
        Vec::new()
    });
    let mut addresses: Vec<IpAddr> = interfaces
        .into_iter()
        .map(|interface| interface.ip())
        .filter(|ip| listen.is_ipv6() || ip.is_ipv4())
        .collect();
    addresses.sort_by_key(|ip| (rank(*ip), *ip));
    addresses.dedup();
    let outside: Vec<IpAddr> = addresses.iter().copied().filter(|ip| rank(*ip) < LOCAL).collect();
    let told = if outside.is_empty() { addresses } else { outside };
    let at = |ip| SocketAddr::new(ip, listen.port());
    told.into_iter().take(ADDRESSES_MAX).map(at).collect()
}

/// The rank from which on an address means nothing to another machine.
const LOCAL: u8 = 2;

/// IPv4 first (home networks have it), then IPv6, then what means nothing elsewhere.
fn rank(ip: IpAddr) -> u8 {
    match ip {
        IpAddr::V4(ip) if ip.is_loopback() => LOCAL,
        IpAddr::V4(ip) if ip.is_link_local() => LOCAL + 1,
        IpAddr::V4(_) => 0,
        IpAddr::V6(ip) if ip.is_loopback() => LOCAL,
        IpAddr::V6(ip) if ip.is_unicast_link_local() => LOCAL + 1,
        IpAddr::V6(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_was_chosen_is_the_only_one() {
        let chosen: SocketAddr = "127.0.0.1:4000".parse().unwrap();
        assert_eq!(own(chosen), [chosen]);
    }

    #[test]
    fn every_address_has_the_port() {
        assert!(own("[::]:4000".parse().unwrap()).iter().all(|address| address.port() == 4000));
    }
}
