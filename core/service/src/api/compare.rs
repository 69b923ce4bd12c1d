//! Digits on two screens: asking to be let in, and answering.

use std::sync::Arc;

use ::api::request::{CompareAnswer, CompareRequest};
use ::api::server::{FEED_MAX, Feed};
use ::api::view::{CompareView, Done, Event, JoinView, NewcomerView};
use ::api::{ApiError, ErrorCode, Role};
use model::WallTime;
use tokio::sync::{MutexGuard, mpsc, oneshot};
use transport::{COMPARE_TIME, CompareError, Compared, Comparison, Newcomer, Welcome};

use super::invite::{self, check_free};
use super::{Answer, nearby, words};
use crate::chronicle::timestamp;
use crate::clock;
use crate::comparisons::Shown;
use crate::fault::{Reason, ToApi};
use crate::home::pairing;
use crate::node::Node;

/// Asks the device that a person picked: the digits first, then that this device belongs to its home.
pub(super) async fn compare(
    node: &Arc<Node>,
    request: CompareRequest,
) -> Answer<Feed<CompareView>> {
    check_free(node)?;
    let addresses = nearby::addresses(node, &request.nearby)?;
    let introduction = pairing::introduction(node).map_err(invite::internal)?;
    let newcomer = Newcomer { name: node.own_name(), introduction };
    let comparison = node.endpoint.compare(&addresses, newcomer).await.to_api()?;
    let (views, feed) = mpsc::channel(FEED_MAX);
    let compared = &comparison.compared;
    let digits = CompareView::Digits {
        id: compared.id.clone(),
        digits: compared.digits.clone(),
        expires: timestamp(expires()),
    };
    // There is room: nothing was sent before.
    drop(views.try_send(Ok(digits)));
    let node = Arc::clone(node);
    node.runtime.clone().spawn(async move {
        let id = comparison.compared.id.clone();
        let ended = tokio::select! {
            ended = agreed(&node, comparison) => Some(ended),
            // This end of the comparison is dropped with it, which is a no.
            () = views.closed() => None,
            () = node.left() => None,
        };
        node.comparisons.finished(&id);
        let view = match ended {
            // The other device counts on it: this is finished, even if the client goes away.
            Some(Ok((_one, welcome))) => invite::enter(&node, welcome).await.map(joined),
            Some(Err(error)) => Err(error),
            None => return,
        };
        drop(views.send(view).await);
    });
    Ok(feed)
}

/// When a comparison that begins now is over.
fn expires() -> WallTime {
    let lasts = i64::try_from(COMPARE_TIME.as_nanos()).unwrap_or(i64::MAX);
    WallTime(clock::wall().0.saturating_add(lasts))
}

/// Waits until both have said yes and the other device has let this one in; from the yes here on nothing
/// else may give this device a home.
async fn agreed(node: &Node, comparison: Comparison) -> Answer<(MutexGuard<'_, ()>, Welcome)> {
    let Comparison { compared, answer, mut outcome } = comparison;
    let said = node.comparisons.begin(&compared.id);
    let same = tokio::select! {
        said = said => said == Ok(true),
        // Over before the person here has said anything.
        ended = &mut outcome => return Err(ended.err_or_lost().reason()),
    };
    if !same {
        return Err(ApiError::new(ErrorCode::Declined));
    }
    let one = node.founding.lock().await;
    check_free(node)?;
    // An error means that it is over: the outcome says how.
    let _over = answer.send(true);
    let welcome = outcome.await.unwrap_or(Err(CompareError::Lost)).to_api()?;
    Ok((one, welcome))
}

fn joined(view: JoinView) -> CompareView {
    let JoinView { home, inviter, role } = view;
    CompareView::Joined { home, inviter, role }
}

/// How a comparison ended that can't have ended well.
trait Ended {
    fn err_or_lost(self) -> CompareError;
}

impl<T, E> Ended for Result<Result<T, CompareError>, E> {
    fn err_or_lost(self) -> CompareError {
        self.ok().and_then(Result::err).unwrap_or(CompareError::Lost)
    }
}

/// A newcomer asks: whoever may let it in is shown the digits.
pub(crate) fn ask(node: &Node, compared: Compared, name: String, answer: oneshot::Sender<bool>) {
    // What is dropped is a no.
    if node.home.get().role(&node.me).is_some_and(model::Role::may_govern) {
        node.comparisons.ask(Shown { compared, name, expires: expires() }, answer);
        node.chronicle.tell(Event::Changed { folder: None });
    }
}

/// Who asks to be let in.
pub(super) fn newcomer(node: &Node) -> Option<NewcomerView> {
    let (shown, confirmed) = node.comparisons.newcomer()?;
    Some(NewcomerView {
        id: shown.compared.id,
        device: shown.compared.device.to_string(),
        name: shown.name,
        digits: shown.compared.digits,
        expires: timestamp(shown.expires),
        confirmed,
    })
}

/// A person has compared.
pub(super) fn answer(node: &Node, request: &CompareAnswer) -> Answer<Done> {
    let role = words::role_given(request.role.unwrap_or(Role::Admin));
    if !node.comparisons.answer(&request.id, request.same, role) {
        return Err(ApiError::new(ErrorCode::ComparisonOver));
    }
    node.chronicle.tell(Event::Changed { folder: None });
    Ok(Done {})
}
