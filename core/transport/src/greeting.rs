//! The first words on a new connection, and what makes a link of it.
//!
//! The dialler opens the control stream. Both say who they are in this run, where they take bulk
//! connections, and the service's own hello; then the device with the smaller id says whether the
//! connection counts (see `links`). After that, frames. Invariant: no frame is taken or sent before
//! the verdict.

use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use model::DeviceId;
use prost::Message;
use quinn::{Connection, ConnectionError, ReadError, RecvStream, SendStream, WriteError};
use rustls::pki_types::CertificateDer;
use tokio::time::timeout;

use crate::frames::{self, FrameError, FrameReader};
use crate::link::{Control, FRAME_MAX, Farewell, Link};
use crate::links::Offer;
use crate::shared::Shared;
use crate::tls;

/// The longest hello of the service, in bytes.
pub const HELLO_MAX: usize = 64 << 10;
/// Room for a hello and what goes around it.
const GREETING_MAX: usize = HELLO_MAX + 1024;
/// How long the greeting may take.
const GREETING_TIME: Duration = Duration::from_secs(6);
/// How long the other side of a refused connection has to close it.
const LEAVE_TIME: Duration = Duration::from_secs(1);
/// Goes before everything else that competes for a connection.
const CONTROL_PRIORITY: i32 = 100;

/// Why a connection did not become a link.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GreetingError {
    #[error("the connection has no certificate that names a device")]
    Nameless,
    #[error("the device is no member")]
    Stranger,
    #[error("the device is this one")]
    Oneself,
    #[error("another connection to the device counts")]
    Duplicate,
    #[error("greeting took too long")]
    Late,
    #[error("the greeting ended early")]
    Ended,
    #[error("decoding a greeting")]
    Decode(#[from] prost::DecodeError),
    #[error("reading a greeting")]
    Frame(#[from] FrameError),
    #[error("reading the verdict")]
    Read(#[from] ReadError),
    #[error("writing a greeting")]
    Write(#[from] WriteError),
    #[error("opening the control stream")]
    Connection(#[from] ConnectionError),
}

/// What each side says first.
#[derive(Clone, PartialEq, Message)]
struct Greeting {
    /// Drawn at each start: tells a restarted device from one that is still there.
    #[prost(bytes = "bytes", tag = "1")]
    instance: Bytes,
    /// Where it takes bulk connections over TCP; 0 for nowhere.
    #[prost(uint32, tag = "2")]
    bulk_port: u32,
    /// The service's own.
    #[prost(bytes = "bytes", tag = "3")]
    hello: Bytes,
}

/// What the device with the smaller id says then.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
struct Verdict {
    /// The how-manyth adoption of its run this is; 0 for none.
    #[prost(uint64, tag = "1")]
    adoption: u64,
}

/// The device at the other end.
pub(crate) fn device_of(connection: &Connection) -> Option<DeviceId> {
    let identity = connection.peer_identity()?;
    let certificates = identity.downcast::<Vec<CertificateDer<'static>>>().ok()?;
    tls::device_of(certificates.first()?).ok()
}

/// Makes a link of `connection`, or closes it. Returns once it counts.
pub(crate) async fn greet(
    shared: &Arc<Shared>,
    connection: Connection,
    dialled: bool,
) -> Result<DeviceId, GreetingError> {
    let met = timeout(GREETING_TIME, meet(shared, &connection, dialled)).await;
    let outcome = met.unwrap_or(Err(GreetingError::Late));
    if let Err(error) = &outcome {
        let farewell = match error {
            GreetingError::Duplicate => Farewell::Duplicate,
            GreetingError::Stranger => Farewell::Cut,
            GreetingError::Nameless
            | GreetingError::Oneself
            | GreetingError::Late
            | GreetingError::Ended
            | GreetingError::Decode(_)
            | GreetingError::Frame(_)
            | GreetingError::Read(_)
            | GreetingError::Write(_)
            | GreetingError::Connection(_) => Farewell::Misbehaved,
        };
        connection.close(farewell.code(), b"");
    }
    outcome
}

async fn meet(
    shared: &Arc<Shared>,
    connection: &Connection,
    dialled: bool,
) -> Result<DeviceId, GreetingError> {
    let device = device_of(connection).ok_or(GreetingError::Nameless)?;
    let own = shared.identity.device();
    if device == own {
        return Err(GreetingError::Oneself);
    }
    let (writer, reader, theirs) = exchange(shared, connection, dialled).await?;
    // Asked again: the device may have been removed since TLS asked.
    if !shared.members.admits(&device) || shared.is_closing() {
        return Err(GreetingError::Stranger);
    }
    let port = u16::try_from(theirs.bulk_port).unwrap_or(0);
    let (link, queues) = Link::new(device, connection.clone(), theirs.instance, port);
    let mut control = Control { reader, writer, queues, hello: theirs.hello };
    let offer = if own < device {
        let offer = shared.links.decide(&link, dialled);
        pronounce(&mut control.writer, &link, &offer).await?;
        offer
    } else {
        match hear(&mut control.reader).await? {
            0 => Offer::Refused,
            number => shared.links.follow(&link, number),
        }
    };
    let Offer::Adopted(previous) = offer else { return Err(GreetingError::Duplicate) };
    control.reader.set_limit(FRAME_MAX);
    tokio::spawn(link.run(Arc::clone(shared), control, previous));
    Ok(device)
}

async fn exchange(
    shared: &Shared,
    connection: &Connection,
    dialled: bool,
) -> Result<(SendStream, FrameReader, Greeting), GreetingError> {
    let (mut writer, reader) =
        if dialled { connection.open_bi().await? } else { connection.accept_bi().await? };
    let _closed_is_seen_below = writer.set_priority(CONTROL_PRIORITY);
    let ours = Greeting {
        instance: shared.instance.clone(),
        bulk_port: u32::from(shared.bulk_port),
        hello: shared.hello(),
    };
    frames::write(&mut writer, encoded(&ours)).await?;
    let (theirs, reader) = heard(reader).await?;
    Ok((writer, reader, theirs))
}

async fn heard(stream: RecvStream) -> Result<(Greeting, FrameReader), GreetingError> {
    let mut reader = FrameReader::new(stream, GREETING_MAX);
    let frame = reader.next().await?.ok_or(GreetingError::Ended)?;
    Ok((Greeting::decode(frame)?, reader))
}

/// Tells the other side what was decided. An adopted link that can't be told ends by itself: its
/// connection is broken.
async fn pronounce(
    writer: &mut SendStream,
    link: &Link,
    offer: &Offer,
) -> Result<(), GreetingError> {
    match offer {
        Offer::Adopted(_) => {
            let verdict = encoded(&Verdict { adoption: link.adoption() });
            if let Err(error) = frames::write(writer, verdict).await {
                tracing::debug!(device = ?link.device, %error, "verdict");
            }
        }
        Offer::Refused => {
            frames::write(writer, encoded(&Verdict { adoption: 0 })).await?;
            // Closing at once could overtake the verdict.
            let _late_or_closed = timeout(LEAVE_TIME, link.connection.closed()).await;
        }
    }
    Ok(())
}

async fn hear(reader: &mut FrameReader) -> Result<u64, GreetingError> {
    let frame = reader.next().await?.ok_or(GreetingError::Ended)?;
    Ok(Verdict::decode(frame)?.adoption)
}

fn encoded(message: &impl Message) -> Bytes {
    let mut bytes = BytesMut::with_capacity(message.encoded_len());
    // A `BytesMut` grows, so encoding into it can't run out of room.
    let _infallible = message.encode(&mut bytes);
    bytes.freeze()
}
