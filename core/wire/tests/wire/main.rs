//! The wire from outside: bytes out of values and back, the bytes of earlier versions, and bytes that
//! nobody honest would send.

#[cfg(test)]
mod golden;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod roundtrip;
#[cfg(test)]
mod values;
