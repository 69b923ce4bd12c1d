//! Founding a home, when a device that has none first needs one.

use std::sync::Arc;

use api::{ApiError, ErrorCode};
use engine::home::{Author, Home, Keys as _};

use crate::fault::ToApi;
use crate::node::Node;

/// Makes sure that this device belongs to a home.
///
/// # Errors
/// When the home can't be founded or kept.
pub(crate) async fn ensure(node: &Arc<Node>) -> Result<(), ApiError> {
    // Two requests at once must not found two homes.
    let _one = node.founding.lock().await;
    if node.has_home() {
        return Ok(());
    }
    let mut secret = [0; 32];
    crate::random::fill(&mut secret)
        .map_err(|error| ApiError::new(ErrorCode::Internal).because(error))?;
    let (keys, name) = (node.keys.clone(), node.own_name());
    let founded = node.door.ask(move |core, now| {
        let author = Author { keys: &keys, now: now.wall };
        let home = Home::found(author, &format!("Home of {name}"), secret, &name)?;
        core.begin_home(Home::id_of(keys.device(), &secret));
        core.say(now, |_, _| Ok(home.records()))
    });
    founded.await.to_api()?.to_api()?;
    crate::home::follow::speak(node).await;
    Ok(())
}
