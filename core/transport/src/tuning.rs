//! How fast: windows, congestion, keep-alives, socket buffers.
//!
//! BBR instead of CUBIC, which falls to a tenth of it at 6 ms and 1 % loss (what Wi-Fi is like).
//! Windows cover 1 Gbit/s at 100 ms. The packet size grows by discovery up to an Ethernet frame
//! and no further: quinn's receive buffer is 2,048 times the largest packet, which jumbo frames
//! would make tens of MiB, and most bulk bytes travel by TCP anyway (see `bulk`).

use std::io;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use quinn::congestion::BbrConfig;
use quinn::{IdleTimeout, TransportConfig, VarInt};
use socket2::{Domain, Protocol, Socket, Type};

/// Bulk streams that a device may have open towards us at once.
pub(crate) const STREAMS_MAX: u32 = 64;

/// How often an idle link shows that it lives.
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Silence after which a link is dead. The first unanswered keep-alive starts it anew, so a dead
/// device is noticed `KEEP_ALIVE` later than this at most.
const SILENCE_MAX_MS: u32 = 12_000;
/// Bytes on their way in one stream.
const STREAM_WINDOW: u32 = 16 << 20;
/// Bytes on their way in one link, in each direction.
const LINK_WINDOW: u32 = 32 << 20;
/// What the kernel may hold of our packets, each way.
const SOCKET_BUFFER: usize = 8 << 20;

/// The settings of every QUIC connection.
pub(crate) fn transport() -> Arc<TransportConfig> {
    let mut config = TransportConfig::default();
    config
        .congestion_controller_factory(Arc::new(BbrConfig::default()))
        .keep_alive_interval(Some(KEEP_ALIVE))
        .max_idle_timeout(Some(IdleTimeout::from(VarInt::from_u32(SILENCE_MAX_MS))))
        .stream_receive_window(VarInt::from_u32(STREAM_WINDOW))
        .receive_window(VarInt::from_u32(LINK_WINDOW))
        .send_window(u64::from(LINK_WINDOW))
        .max_concurrent_bidi_streams(VarInt::from_u32(STREAMS_MAX))
        .max_concurrent_uni_streams(VarInt::from_u32(0));
    Arc::new(config)
}

/// A UDP socket at `listen` with large buffers; `[::]` takes IPv4 as well, and becomes `0.0.0.0`
/// on a machine without IPv6.
pub(crate) fn udp_socket(listen: SocketAddr) -> io::Result<UdpSocket> {
    let bound = bind(listen).or_else(|error| match listen {
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => {
            bind((Ipv4Addr::UNSPECIFIED, v6.port()).into()).map_err(|_same| error)
        }
        SocketAddr::V6(_) | SocketAddr::V4(_) => Err(error),
    })?;
    enlarge(&bound);
    Ok(bound.into())
}

fn bind(listen: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(listen), Type::DGRAM, Some(Protocol::UDP))?;
    if listen.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.bind(&listen.into())?;
    Ok(socket)
}

/// The system's limit is a few hundred KiB; only a privileged service gets past it, and what
/// remains is enough, if slower.
fn enlarge(socket: &Socket) {
    #[cfg(target_os = "linux")]
    {
        use rustix::net::sockopt;
        if sockopt::set_socket_recv_buffer_size_force(socket, SOCKET_BUFFER).is_ok()
            && sockopt::set_socket_send_buffer_size_force(socket, SOCKET_BUFFER).is_ok()
        {
            return;
        }
    }
    let outcome = socket
        .set_recv_buffer_size(SOCKET_BUFFER)
        .and_then(|()| socket.set_send_buffer_size(SOCKET_BUFFER));
    if let Err(error) = outcome {
        tracing::debug!(%error, "socket buffers stay as they are");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_socket_takes_both_kinds_of_addresses() {
        let socket = udp_socket("[::]:0".parse().unwrap()).unwrap();
        let port = socket.local_addr().unwrap().port();
        let caller = UdpSocket::bind("127.0.0.1:0").unwrap();
        caller.send_to(b"x", ("127.0.0.1", port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut buffer = [0; 4];
        assert_eq!(socket.recv(&mut buffer).unwrap(), 1);
    }
}
