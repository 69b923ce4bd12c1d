//! How a request travels in an HTTP request: path, query and body.
//!
//! Both sides are here, so that they can't drift apart. The fields that the path names travel there,
//! percent-encoded; the rest in the query or in a JSON body, as [`Method::has_query`] says.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
#[cfg(feature = "server")]
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::route::{Route, path_fields};

/// What may stand in a segment of a path as it is.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Why a request does not fit its route.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CarriageError {
    /// It is no JSON, or not what the operation takes.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// The query is not what the operation takes.
    #[cfg(feature = "server")]
    #[error("{0}")]
    Query(#[from] serde_urlencoded::de::Error),
    /// The type of the request does not fit the route: a fault in the table.
    #[error("the request does not fit the route {0}")]
    Table(&'static str),
}

/// Path with query, and body, of a request.
pub(crate) fn pack<R: Serialize>(
    route: &Route,
    request: &R,
) -> Result<(String, Vec<u8>), CarriageError> {
    let Value::Object(mut fields) = serde_json::to_value(request)? else {
        return Err(CarriageError::Table(route.name));
    };
    let mut path = String::with_capacity(route.path.len() + 32);
    for part in route.path.split('/').skip(1) {
        path.push('/');
        match path_fields(part).next() {
            Some(field) => match fields.remove(field) {
                Some(Value::String(text)) => path.extend(utf8_percent_encode(&text, SEGMENT)),
                _ => return Err(CarriageError::Table(route.name)),
            },
            None => path.push_str(part),
        }
    }
    if route.method.has_query() {
        append_query(&mut path, &fields);
        Ok((path, Vec::new()))
    } else {
        Ok((path, serde_json::to_vec(&fields)?))
    }
}

fn append_query(path: &mut String, fields: &Map<String, Value>) {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in fields {
        match value {
            Value::Null => {}
            Value::String(text) => {
                query.append_pair(name, text);
            }
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                query.append_pair(name, &value.to_string());
            }
        }
    }
    let query = query.finish();
    if !query.is_empty() {
        path.push('?');
        path.push_str(&query);
    }
}

/// The request that `segments` (the decoded fields of the path), `query` and `body` carry.
#[cfg(feature = "server")]
pub(crate) fn unpack<R: DeserializeOwned>(
    route: &Route,
    segments: &[(String, String)],
    query: &str,
    body: &[u8],
) -> Result<R, CarriageError> {
    if route.method.has_query() {
        let mut all = form_urlencoded::Serializer::new(String::new());
        all.extend_pairs(segments);
        all.extend_pairs(form_urlencoded::parse(query.as_bytes()));
        return Ok(serde_urlencoded::from_str(&all.finish())?);
    }
    let mut fields = if body.is_empty() { Map::new() } else { serde_json::from_slice(body)? };
    for (name, value) in segments {
        fields.insert(name.clone(), Value::String(value.clone()));
    }
    Ok(serde_json::from_value(Value::Object(fields))?)
}

#[cfg(feature = "server")]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{EntriesRequest, FolderAttach, PolicyRequest};
    use crate::route;
    use crate::words::Mode;

    /// Takes a packed path apart as a router does.
    fn segments(route: &Route, path: &str) -> Vec<(String, String)> {
        let names = route.path.split('/').map(|part| path_fields(part).next());
        names
            .zip(path.split('/'))
            .filter_map(|(name, text)| {
                let text = percent_encoding::percent_decode_str(text).decode_utf8().unwrap();
                Some((name?.to_owned(), text.into_owned()))
            })
            .collect()
    }

    fn there_and_back<R: Serialize + DeserializeOwned>(route: &Route, request: &R) -> R {
        let (address, body) = pack(route, request).unwrap();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        unpack(route, &segments(route, path), query, &body).unwrap()
    }

    #[test]
    fn a_request_arrives_as_it_was_whatever_its_names_hold() {
        for name in ["Photos", "a/b?c=d&e#f%20", "é \u{202e}\n", "..", " "] {
            let request = EntriesRequest {
                folder: name.to_owned(),
                path: name.to_owned(),
                after: Some(name.to_owned()),
                limit: Some(7),
            };
            assert_eq!(there_and_back(&route::ENTRIES, &request), request);
            let request = FolderAttach { folder: name.to_owned(), path: None, mode: Mode::Stream };
            assert_eq!(there_and_back(&route::FOLDER_ATTACH, &request), request);
        }
        let request = PolicyRequest { target: None };
        assert_eq!(there_and_back(&route::POLICY_SHOW, &request), request);
    }

    #[test]
    fn a_misspelt_field_is_refused() {
        let segments = [("folder".to_owned(), "x".to_owned())];
        let body = br#"{"mode":"clone","pth":"/x"}"#;
        assert!(unpack::<FolderAttach>(&route::FOLDER_ATTACH, &segments, "", body).is_err());
        assert!(unpack::<EntriesRequest>(&route::ENTRIES, &segments, "limt=3", b"").is_err());
    }

    #[test]
    fn the_path_decides_over_the_body() {
        let segments = [("folder".to_owned(), "x".to_owned())];
        let body = br#"{"mode":"clone","folder":"other"}"#;
        let request = unpack::<FolderAttach>(&route::FOLDER_ATTACH, &segments, "", body).unwrap();
        assert_eq!(request.folder, "x");
    }
}
