//! Digits on two screens: asking to be let in, and answering.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use ::api::request::{CompareAnswer, CompareRequest};
use ::api::server::{FEED_MAX, Feed};
use ::api::view::{CompareView, Done, Event, JoinView, NewcomerView};
use ::api::{ApiError, ErrorCode, Role};
use model::WallTime;
use tokio::sync::{MutexGuard, mpsc};
use tokio::time::{Instant, sleep};
use transport::{COMPARE_TIME, CompareError, Compared, Comparison, Newcomer, Welcome};

use super::invite::{self, check_free};
use super::{Answer, nearby, words};
use crate::chronicle::timestamp;
use crate::clock;
use crate::comparisons::Shown;
use crate::fault::{Reason, ToApi};
use crate::home::pairing;
use crate::node::Node;

/// How long a device may take to hear that this one looks for a home.
const HEARD_MAX: Duration = Duration::from_secs(10);
/// How long to wait before it is asked again.
const AGAIN: Duration = Duration::from_millis(500);

/// Asks the device that a person picked: the digits first, then that this device belongs to its home.
pub(super) async fn compare(
    node: &Arc<Node>,
    request: CompareRequest,
) -> Answer<Feed<CompareView>> {
    check_free(node)?;
    let introduction = pairing::introduction(node).map_err(invite::internal)?;
    let newcomer = Newcomer { name: node.own_name(), introduction };
    let comparison = reach(node, &request.nearby, newcomer).await?;
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
        let ended = agreed(&node, comparison, views.closed()).await;
        node.comparisons.finished(&id);
        let view = match ended {
            // The other device counts on it: this is finished, even if the client goes away.
            Ok((_one, welcome)) => invite::enter(&node, welcome).await.map(joined),
            Err(error) => Err(error),
        };
        drop(views.send(view).await);
    });
    Ok(feed)
}

/// Asks the device. One that has not heard again yet that this device looks for a home takes nobody in: it
/// is given a moment.
async fn reach(node: &Node, picked: &str, newcomer: Newcomer) -> Answer<Comparison> {
    let end = Instant::now() + HEARD_MAX;
    loop {
        let addresses = nearby::addresses(node, picked)?;
        match node.endpoint.compare(&addresses, newcomer.clone()).await {
            Err(CompareError::NotOffering)
                if nearby::offers(node, picked) && Instant::now() < end =>
            {
                sleep(AGAIN).await;
            }
            asked => return asked.to_api(),
        }
    }
}

/// When a comparison that begins now is over.
fn expires() -> WallTime {
    let lasts = i64::try_from(COMPARE_TIME.as_nanos()).unwrap_or(i64::MAX);
    WallTime(clock::wall().0.saturating_add(lasts))
}

/// Waits until both have said yes and the other device has let this one in; from the yes here on nothing
/// else may give this device a home. Whoever is `gone` before that takes the question back.
async fn agreed(
    node: &Node,
    comparison: Comparison,
    gone: impl Future<Output = ()>,
) -> Answer<(MutexGuard<'_, ()>, Welcome)> {
    let Comparison { compared, answer, mut outcome } = comparison;
    let said = node.comparisons.begin(&compared.id);
    let mut gone = pin!(gone);
    let same = tokio::select! {
        said = said => said == Ok(true),
        () = &mut gone => false,
        // Over before the person here has said anything.
        ended = &mut outcome => return Err(ended.err_or_lost().reason()),
    };
    if !same {
        return Err(ApiError::new(ErrorCode::Declined));
    }
    let one = node.founding.lock().await;
    check_free(node)?;
    // Where it is over, the outcome says how.
    answer.say(true);
    let ended = tokio::select! {
        ended = &mut outcome => ended,
        () = gone => {
            drop(answer);
            // It may have been too late for that.
            outcome.await
        }
    };
    let welcome = ended.unwrap_or(Err(CompareError::Lost)).to_api()?;
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
pub(crate) fn ask(node: &Node, compared: Compared, name: String, answer: transport::Answer) {
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
