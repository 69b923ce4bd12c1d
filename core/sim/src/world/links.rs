//! Connections come and go; messages travel on them.

use engine::Event;
use model::{Content, DeviceId, RelPath};
use wire::message::Small;
use wire::{Message, codec};

use super::{Work, World};
use crate::disk::Node;

impl World {
    /// A device tries to reach everybody.
    pub(super) fn dial_all(&mut self, device: usize) {
        for other in (0..self.devices.len()).filter(|other| *other != device) {
            let wait = self.pace.dial.draw(&mut self.random);
            self.schedule(wait, Work::Dial(device, other));
        }
    }

    /// Two devices connect, if they can and know each other.
    pub(super) fn dial(&mut self, a: usize, b: usize) {
        let way = self.network.way(a, b);
        let there = way.link.as_ref().filter(|link| !link.broken).is_some();
        if way.cut || there || !self.trusts(a, b) || !self.trusts(b, a) {
            return;
        }
        for (device, peer) in [(a, b), (b, a)] {
            if let Some(old) = self.network.number_of(device, peer) {
                self.end(device, peer, old, false);
            }
        }
        let number = self.network.connect(a, b);
        self.end(a, b, number, true);
        self.end(b, a, number, true);
    }

    /// An end of a connection comes up or goes down.
    pub(super) fn end(&mut self, device: usize, peer: usize, number: u64, up: bool) {
        if !self.network.set_up(device, peer, number, up) {
            return;
        }
        self.stir();
        let device_id = self.devices[peer].id;
        self.tell(
            device,
            match up {
                true => Event::Connected { device: device_id },
                false => Event::Disconnected { device: device_id },
            },
        );
    }

    /// The way between two devices is cut; what is on it is lost.
    pub(super) fn cut(&mut self, a: usize, b: usize) {
        if a != b {
            self.network.way(a, b).cut = true;
            self.break_link(a, b);
        }
    }

    /// The way is there again.
    pub(super) fn rejoin(&mut self, a: usize, b: usize) {
        if a != b {
            self.network.way(a, b).cut = false;
            self.dial_later(a, b);
        }
    }

    /// A connection breaks; both ends notice at some time, and somebody tries again.
    pub(super) fn break_link(&mut self, a: usize, b: usize) {
        let Some(link) = self.network.way(a, b).link.as_mut() else { return };
        if std::mem::replace(&mut link.broken, true) {
            return;
        }
        let number = link.number;
        for (device, peer) in [(a, b), (b, a)] {
            let wait = self.pace.notice.draw(&mut self.random);
            self.schedule(wait, Work::End(device, peer, number, false));
        }
        self.dial_later(a, b);
    }

    /// A device's service is gone: so are its ends.
    pub(super) fn break_links(&mut self, device: usize) {
        for peer in self.network.peers_of(device) {
            if let Some(number) = self.network.number_of(device, peer) {
                self.break_link(device, peer);
                self.network.set_up(device, peer, number, false);
            }
        }
    }

    fn dial_later(&mut self, a: usize, b: usize) {
        let wait = self.pace.dial.draw(&mut self.random);
        self.schedule(wait, Work::Dial(a, b));
    }

    /// A service sends a message, if it is still connected.
    pub(super) fn send(
        &mut self,
        device: usize,
        to: DeviceId,
        message: Message,
        attach: &[(RelPath, Content)],
    ) {
        let Some(peer) = self.device_of(to) else { return };
        let Some(number) = self.network.number_of(device, peer) else { return };
        let message = self.with_small(device, message, attach);
        let verdict = self.oracle.told(device, &message, &self.devices[device].disk);
        self.judge(verdict);
        let message = self.over_the_wire(message);
        let wait = self.pace.network.draw(&mut self.random);
        let arrival = self.network.arrival(device, peer, self.now.after(wait));
        if let Some(message) = message {
            self.schedule_at(arrival, Work::Arrive(device, peer, number, Box::new(message)));
        }
        self.tell_later(device, Event::Sent { to });
    }

    /// Puts the bytes of small files into a message, if they still stand there and there is room.
    fn with_small(
        &mut self,
        device: usize,
        message: Message,
        attach: &[(RelPath, Content)],
    ) -> Message {
        let Message::Update(mut update) = message else { return message };
        for (path, content) in attach {
            if self.random.percent(self.pace.left_out_percent) {
                continue;
            }
            let blob = self.devices[device].disk.tree.get(path).and_then(Node::blob);
            if let Some(blob) = blob.filter(|blob| blob.sound && blob.content == *content) {
                update.small.push(Small { hash: content.hash, bytes: blob.bytes.clone() });
            }
        }
        Message::Update(update)
    }

    /// What comes out at the other end of encoding and decoding.
    fn over_the_wire(&mut self, message: Message) -> Option<Message> {
        if !self.encodes {
            return Some(message);
        }
        match codec::decode(&codec::encode(&message)) {
            Ok(Some(decoded)) if decoded == message => Some(decoded),
            outcome => {
                self.fail("wire", format!("{message:?} came out as {outcome:?}"));
                None
            }
        }
    }

    /// A message arrives, unless the connection broke.
    pub(super) fn arrive(&mut self, from: usize, to: usize, number: u64, message: Message) {
        if !self.network.carries(from, to, number) || !self.network.is_up(to, from, number) {
            return;
        }
        let (message, staged) = self.take_small(to, message);
        if matches!(&message, Message::Update(update) if !update.items.is_empty()) {
            self.stir();
        }
        let from = self.devices[from].id;
        self.tell(to, Event::Received { from, message, staged });
    }

    fn take_small(&mut self, to: usize, message: Message) -> (Message, Vec<model::ContentHash>) {
        let Message::Update(mut update) = message else { return (message, Vec::new()) };
        let disk = &mut self.devices[to].disk;
        let mut staged = Vec::new();
        for Small { hash, bytes } in update.small.drain(..) {
            if !disk.ailments.full && disk.is_there() {
                disk.stage_whole(hash, bytes);
                staged.push(hash);
            }
        }
        (Message::Update(update), staged)
    }
}
