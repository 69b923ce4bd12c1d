//! Where a browser comes in.

use std::sync::Arc;

use ::api::view::BrowserView;
use ::api::{ApiError, ErrorCode};
use model::WallTime;

use super::Answer;
use crate::browsers::Browsers;
use crate::chronicle::timestamp;
use crate::clock;
use crate::node::Node;

/// An address for one browser; the door is opened by the first who asks.
pub(super) async fn open(node: &Arc<Node>) -> Answer<BrowserView> {
    if !gateway::web::has_pages() {
        return Err(ApiError::new(ErrorCode::NoPages));
    }
    let opening = node.browsers.get_or_try_init(|| Browsers::open(node));
    let door = opening.await.map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    let (address, life) = door.invite().ok_or_else(|| ApiError::new(ErrorCode::Internal))?;
    let life = i64::try_from(life.as_nanos()).unwrap_or(i64::MAX);
    let expires = timestamp(WallTime(clock::wall().0.saturating_add(life)));
    Ok(BrowserView { address, expires })
}
