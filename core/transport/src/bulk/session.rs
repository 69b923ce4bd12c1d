//! One TCP connection with TLS 1.3 for bulk bytes.
//!
//! rustls does the handshake (same checks of both certificates as everywhere) and hands over the
//! keys; from then on each record is one message: a byte that says what it is, then up to 16 KiB.
//! Used in turns: request, answer, request. Invariants: bytes handed out are slices of the buffer
//! that the socket was read into; a session that failed once is never used again.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use model::DeviceId;
use rustls::client::UnbufferedClientConnection;
use rustls::pki_types::ServerName;
use rustls::server::UnbufferedServerConnection;
use rustls::unbuffered::{ConnectionState, EncodeError, UnbufferedStatus};
use rustls::{ClientConfig, CommonState, ExtractedSecrets, ServerConfig};
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::record::{self, CONTENT_MAX, HEADER, RecordError, RecordKey};
use crate::tls::{self, Door, SERVER_NAME};

/// Room made for each read of the socket.
const READ_ROOM: usize = 512 << 10;
/// Sealed bytes that are written to the socket at once.
const WRITE_BATCH: usize = 256 << 10;
/// Sealed bytes that wait for more to come.
const LINGER_MAX: usize = 64 << 10;
/// Content of one record beside its kind.
const PIECE_MAX: usize = CONTENT_MAX - 1;
/// The longest handshake, each way.
const HANDSHAKE_MAX: usize = 64 << 10;
/// After so many records a connection takes no further request, long before its keys are worn.
const RECORDS_TIRED: u64 = 1 << 22;
/// How long TCP waits for an acknowledgement.
const SILENCE_MAX: Duration = Duration::from_secs(12);

/// Why a session failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SessionError {
    #[error("using a bulk connection")]
    Io(#[from] io::Error),
    #[error("greeting on a bulk connection")]
    Tls(#[from] rustls::Error),
    #[error("reading a bulk connection")]
    Record(#[from] RecordError),
    #[error("a handshake that is too long")]
    Handshake,
    #[error("a bulk connection to no known device")]
    Nameless,
    #[error("a message that makes no sense here")]
    Kind,
}

/// What a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A piece of an answer.
    Answer,
    /// The answer is whole.
    End,
    /// The answer will not be whole.
    Broken,
    /// A piece of a request, more to come.
    Request,
    /// The last piece of a request.
    RequestEnd,
    /// This connection carries control frames from here on, each like a request.
    Freight,
}

impl Kind {
    const ALL: [Self; 6] =
        [Self::Answer, Self::End, Self::Broken, Self::Request, Self::RequestEnd, Self::Freight];

    fn byte(self) -> u8 {
        match self {
            Self::Answer => 0,
            Self::End => 1,
            Self::Broken => 2,
            Self::Request => 3,
            Self::RequestEnd => 4,
            Self::Freight => 5,
        }
    }

    fn of_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.byte() == byte)
    }
}

/// A connection after its handshake.
pub(crate) struct Session {
    socket: TcpStream,
    sealing: RecordKey,
    opening: RecordKey,
    incoming: BytesMut,
    outgoing: Vec<u8>,
}

impl Session {
    /// Connects to `address` and proves both sides.
    pub(super) async fn dial(
        address: SocketAddr,
        config: ClientConfig,
    ) -> Result<Self, SessionError> {
        let socket = TcpStream::connect(address).await?;
        let name = ServerName::try_from(SERVER_NAME).map_err(|_name| SessionError::Nameless)?;
        let tls = UnbufferedClientConnection::new(Arc::new(config), name)?;
        let (session, _device) = Self::shake_hands(socket, Half::Client(tls)).await?;
        Ok(session)
    }

    /// Answers a caller and proves both sides; also says who it is.
    pub(super) async fn answer(
        socket: TcpStream,
        config: ServerConfig,
    ) -> Result<(Self, DeviceId), SessionError> {
        let tls = UnbufferedServerConnection::new(Arc::new(config))?;
        Self::shake_hands(socket, Half::Server(tls)).await
    }

    async fn shake_hands(
        mut socket: TcpStream,
        half: Half,
    ) -> Result<(Self, DeviceId), SessionError> {
        prepare(&socket)?;
        let mut handshake = Handshake { half, shown: 0 };
        let mut incoming = BytesMut::with_capacity(READ_ROOM);
        loop {
            let (outgoing, turn) = handshake.advance(&mut incoming)?;
            socket.write_all(&outgoing).await?;
            match turn {
                Turn::Done => break,
                Turn::Wait if incoming.len() > HANDSHAKE_MAX => {
                    return Err(SessionError::Handshake);
                }
                Turn::Wait => {
                    if socket.read_buf(&mut incoming).await? == 0 {
                        return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
                    }
                }
            }
        }
        let device = handshake.half.device()?;
        let secrets = handshake.half.secrets()?;
        let (sealing, opening) = (RecordKey::new(secrets.tx)?, RecordKey::new(secrets.rx)?);
        Ok((Self { socket, sealing, opening, incoming, outgoing: Vec::new() }, device))
    }

    /// Sends a whole request, or a control frame.
    pub(super) async fn message(&mut self, message: &[u8]) -> Result<(), SessionError> {
        let mut pieces = message.chunks(PIECE_MAX).peekable();
        loop {
            let piece = pieces.next().unwrap_or_default();
            let kind = if pieces.peek().is_some() { Kind::Request } else { Kind::RequestEnd };
            self.sealing.seal(kind.byte(), piece, &mut self.outgoing)?;
            if kind == Kind::RequestEnd {
                return self.flush().await;
            }
            if self.outgoing.len() + CONTENT_MAX > WRITE_BATCH {
                self.flush().await?;
            }
        }
    }

    /// Says that control frames of the link that is this adoption follow.
    pub(super) async fn announce_freight(&mut self, adoption: u64) -> Result<(), SessionError> {
        let number = adoption.to_be_bytes();
        self.sealing.seal(Kind::Freight.byte(), &number, &mut self.outgoing)?;
        self.flush().await
    }

    /// Sends bytes of an answer.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), SessionError> {
        for piece in bytes.chunks(PIECE_MAX) {
            self.sealing.seal(Kind::Answer.byte(), piece, &mut self.outgoing)?;
            if self.outgoing.len() + CONTENT_MAX > WRITE_BATCH {
                self.flush().await?;
            }
        }
        if self.outgoing.len() >= LINGER_MAX {
            self.flush().await?;
        }
        Ok(())
    }

    /// Sends what an answer ends with, and everything before it.
    pub(super) async fn end(&mut self, kind: Kind) -> Result<(), SessionError> {
        self.sealing.seal(kind.byte(), &[], &mut self.outgoing)?;
        self.flush().await
    }

    /// Sends what was written and lies here still.
    pub(super) async fn flush(&mut self) -> Result<(), SessionError> {
        self.socket.write_all(&self.outgoing).await?;
        self.outgoing.clear();
        Ok(())
    }

    /// A message that has come already.
    pub(super) fn ready(&mut self) -> Result<Option<(Kind, Bytes)>, SessionError> {
        let Some(length) = record::length(&self.incoming)? else { return Ok(None) };
        if self.incoming.len() < length {
            return Ok(None);
        }
        let mut record = self.incoming.split_to(length);
        let content = self.opening.open(&mut record)?;
        let first = (content > 0).then(|| record[HEADER]).ok_or(SessionError::Kind)?;
        let kind = Kind::of_byte(first).ok_or(SessionError::Kind)?;
        Ok(Some((kind, record.freeze().slice(HEADER + 1..HEADER + content))))
    }

    /// Waits for more bytes; `false` when the other side closed. A cancelled wait loses nothing.
    pub(super) async fn fill(&mut self) -> Result<bool, SessionError> {
        self.incoming.reserve(READ_ROOM / 2);
        Ok(self.socket.read_buf(&mut self.incoming).await? > 0)
    }

    /// The next message; `None` when the other side closed between two.
    pub(super) async fn read(&mut self) -> Result<Option<(Kind, Bytes)>, SessionError> {
        loop {
            if let Some(message) = self.ready()? {
                return Ok(Some(message));
            }
            if !self.fill().await? {
                return match self.incoming.is_empty() {
                    true => Ok(None),
                    false => Err(io::Error::from(io::ErrorKind::UnexpectedEof).into()),
                };
            }
        }
    }

    /// Whether bytes lie here that were not looked at.
    pub(super) fn has_bytes(&self) -> bool {
        !self.incoming.is_empty()
    }

    /// Whether the other side still holds the connection, as far as can be seen without waiting.
    /// Between an answer and the next request it has nothing to say.
    pub(super) fn is_open(&self) -> bool {
        let seen = self.socket.try_read(&mut [0]);
        seen.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
    }

    /// Sends with BBR from here on, if this system has it and lets us. Over a path of some
    /// milliseconds that loses packets, as Wi-Fi is, it is ten times faster than what systems
    /// start with; over a cable that one costs less.
    pub(super) fn expect_loss(&self) {
        #[cfg(target_os = "linux")]
        if let Err(error) = SockRef::from(&self.socket).set_tcp_congestion(b"bbr") {
            tracing::trace!(%error, "bulk connection without BBR");
        }
    }

    /// Whether another request may follow on this connection.
    pub(super) fn is_fresh(&self) -> bool {
        self.sealing.used().max(self.opening.used()) < RECORDS_TIRED
            && self.incoming.is_empty()
            && self.outgoing.is_empty()
    }
}

fn prepare(socket: &TcpStream) -> io::Result<()> {
    socket.set_nodelay(true)?;
    #[cfg(target_os = "linux")]
    SockRef::from(socket).set_tcp_user_timeout(Some(SILENCE_MAX))?;
    Ok(())
}

/// A handshake under way.
struct Handshake {
    half: Half,
    /// How much of the input rustls has been shown. Whole records, one at a time: what follows the
    /// last one of the handshake is for the session to open.
    shown: usize,
}

impl Handshake {
    /// Takes what came as far as it goes; gives what is to be sent, and whose turn it is.
    fn advance(&mut self, incoming: &mut BytesMut) -> Result<(Vec<u8>, Turn), SessionError> {
        let mut outgoing = Vec::new();
        loop {
            let shown = &mut incoming[..self.shown];
            let (discard, turn) = match &mut self.half {
                Half::Client(tls) => step(tls.process_tls_records(shown), &mut outgoing)?,
                Half::Server(tls) => step(tls.process_tls_records(shown), &mut outgoing)?,
            };
            incoming.advance(discard);
            self.shown -= discard;
            match (turn, next_record(&incoming[self.shown..])) {
                (Some(Turn::Wait), Some(length)) => self.shown += length,
                (Some(turn), _) => return Ok((outgoing, turn)),
                (None, _) => {}
            }
        }
    }
}

/// The length of the record that `bytes` starts with, if it is whole.
fn next_record(bytes: &[u8]) -> Option<usize> {
    let header = bytes.first_chunk::<HEADER>()?;
    let length = HEADER + usize::from(u16::from_be_bytes([header[3], header[4]]));
    (bytes.len() >= length).then_some(length)
}

/// Either side of a handshake.
enum Half {
    Client(UnbufferedClientConnection),
    Server(UnbufferedServerConnection),
}

/// Whose turn it is in a handshake.
#[derive(Debug, Clone, Copy)]
enum Turn {
    /// Theirs: more bytes are needed.
    Wait,
    /// Nobody's: it is done.
    Done,
}

impl Half {
    fn state(&self) -> &CommonState {
        match self {
            Self::Client(tls) => tls,
            Self::Server(tls) => tls,
        }
    }

    fn device(&self) -> Result<DeviceId, SessionError> {
        let state = self.state();
        if state.alpn_protocol() != Some(Door::Bulk.protocol()) {
            return Err(SessionError::Nameless);
        }
        let certificate = state.peer_certificates().and_then(<[_]>::first);
        Ok(tls::device_of(certificate.ok_or(SessionError::Nameless)?)?)
    }

    fn secrets(self) -> Result<ExtractedSecrets, SessionError> {
        Ok(match self {
            Self::Client(tls) => tls.dangerous_into_kernel_connection()?.0,
            Self::Server(tls) => tls.dangerous_into_kernel_connection()?.0,
        })
    }
}

/// One step of a handshake: how much of the input is used up, and the turn if it must change.
fn step<Side>(
    status: UnbufferedStatus<'_, '_, Side>,
    outgoing: &mut Vec<u8>,
) -> Result<(usize, Option<Turn>), SessionError> {
    let turn = match status.state? {
        ConnectionState::EncodeTlsData(mut encode) => {
            let start = outgoing.len();
            let needed = match encode.encode(&mut []) {
                Err(EncodeError::InsufficientSize(size)) => size.required_size,
                Ok(_) | Err(EncodeError::AlreadyEncoded) => 0,
            };
            outgoing.resize(start + needed, 0);
            encode.encode(&mut outgoing[start..]).map_err(|_encoded| SessionError::Handshake)?;
            None
        }
        ConnectionState::TransmitTlsData(transmit) => {
            transmit.done();
            None
        }
        ConnectionState::BlockedHandshake => Some(Turn::Wait),
        ConnectionState::WriteTraffic(_) => Some(Turn::Done),
        ConnectionState::ReadTraffic(_)
        | ConnectionState::ReadEarlyData(_)
        | ConnectionState::PeerClosed
        | ConnectionState::Closed
        | _ => return Err(SessionError::Handshake),
    };
    Ok((status.discard, turn))
}
