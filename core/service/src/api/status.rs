//! How things are: the device, what it does, what is on its way.

use std::sync::Arc;
use std::time::Duration;

use ::api::request::{PauseRequest, PlanRequest};
use ::api::view::{
    Done, DriveView, HomeView, IdView, MoveView, PlanView, ProblemView, ProgressView, StatusView,
};
use ::api::{ApiError, ErrorCode, State};
use engine::index::Tally;
use model::{DeviceId, FolderId, WallTime};

use super::{Answer, compare, device, folder, nearby, place, transfers, words};
use crate::chronicle::timestamp;
use crate::clock;
use crate::fault::ToApi;
use crate::folders::Runtime;
use crate::home::book::PauseEnd;
use crate::home::seekers;
use crate::node::Node;

/// Problems that are shown.
const PROBLEMS_MAX: usize = 1_000;

/// This device.
pub(super) fn id(node: &Node) -> IdView {
    IdView { id: node.me.to_string(), name: node.own_name() }
}

/// The home; `None` as long as this device belongs to none.
pub(super) fn home(node: &Node) -> Option<HomeView> {
    let home = node.home.get();
    node.has_home()
        .then(|| HomeView { id: home.id().to_string(), name: home.home_name().to_owned() })
}

/// How things are.
pub(super) async fn status(node: &Arc<Node>) -> Answer<StatusView> {
    let folders = folder::list(node).await?;
    let mut devices = device::list(node).await?;
    devices.retain(|device| !device.this);
    let (problems, problems_total) = problems(node).await?;
    let state = overall(node, folders.iter().map(|folder| folder.state));
    Ok(StatusView {
        device: id(node),
        home: home(node),
        state,
        isolated: false,
        paused_until: node.pause.end().and_then(|end| match end {
            PauseEnd::At(at) => Some(timestamp(at)),
            PauseEnd::Never => None,
        }),
        drive: node.drives.at().map(|path| DriveView { path: path.display().to_string() }),
        progress: progress(node, &folders),
        transfers: transfers::transfers(node).await?,
        folders,
        devices,
        problems,
        problems_total,
        seeking: seekers::seeking(node).into_iter().map(nearby::device).collect(),
        newcomer: compare::newcomer(node),
    })
}

/// What the service does: the busiest of what its folders do.
fn overall(node: &Node, states: impl Iterator<Item = State>) -> State {
    if node.pause.is_on() {
        return State::Paused;
    }
    let rank = |state: &State| match state {
        State::Syncing => 2,
        State::Scanning => 1,
        State::Idle | State::Paused | State::Isolated | State::Crisis => 0,
    };
    states.max_by_key(rank).filter(|state| rank(state) > 0).unwrap_or(State::Idle)
}

fn progress(node: &Node, folders: &[::api::view::FolderView]) -> Option<ProgressView> {
    let files: u64 = folders.iter().map(|folder| folder.missing_files).sum();
    let bytes: u64 = folders.iter().map(|folder| folder.missing_bytes).sum();
    if files == 0 {
        return None;
    }
    let rate = node.arriving.rate(clock::tick());
    Some(ProgressView { files, bytes, rate, seconds_left: bytes.checked_div(rate) })
}

/// What waits, the first of it, and how much there is.
async fn problems(node: &Arc<Node>) -> Answer<(Vec<ProblemView>, u64)> {
    let mut shown = Vec::new();
    let mut total = 0;
    for runtime in node.folders.all() {
        let name = node.home.folder_name(runtime.id);
        let (some, count) = problems_of(node, &runtime, &name).await?;
        total += count;
        shown.extend(some);
    }
    shown.truncate(PROBLEMS_MAX);
    Ok((shown, total))
}

/// The problems of one folder: those of the folder as a whole first.
pub(super) async fn problems_of(
    node: &Arc<Node>,
    runtime: &Arc<Runtime>,
    name: &str,
) -> Answer<(Vec<ProblemView>, u64)> {
    let whole = runtime.troubles();
    let mut shown: Vec<ProblemView> =
        whole.iter().map(|one| ProblemView::new(name, "", words::trouble(*one))).collect();
    let folder = runtime.id;
    let blocked = node.door.look(move |engine| engine.blocked_paths(folder)).await.to_api()?;
    let reader = Arc::clone(runtime);
    let rows = tokio::task::spawn_blocking(move || problem_rows(&reader)).await;
    for (path, problem) in blocked {
        shown.push(ProblemView::new(name, path.as_str(), words::problem(problem)));
    }
    for row in rows.unwrap_or_default() {
        if let Some(problem) = row.problem {
            shown.push(ProblemView::new(name, row.path.as_str(), words::problem(problem)));
        }
    }
    let count = shown.len() as u64;
    Ok((shown, count))
}

/// What the home is about to move, as far as this device knows.
pub(super) async fn plan(node: &Arc<Node>, request: PlanRequest) -> Answer<PlanView> {
    let folders = place::open_or_all(node, request.folder.as_deref())?;
    let home = node.home.get();
    let mut moves = Vec::new();
    for runtime in folders {
        let folder = runtime.id;
        let devices: Vec<DeviceId> = home.pods(folder).into_keys().collect();
        let waiting = waiting(node, folder, devices).await?;
        for (device, tally) in waiting.into_iter().filter(|(_, tally)| tally.files > 0) {
            let rate = rate_to(node, device);
            moves.push(MoveView {
                folder: node.home.folder_name(folder),
                device: device.to_string(),
                name: node.home.device_name(device),
                files: tally.files,
                bytes: tally.bytes,
                seconds: tally.bytes.checked_div(rate),
            });
        }
    }
    let seconds = moves
        .iter()
        .map(|one| one.seconds)
        .try_fold(0, |most: u64, one| one.map(|seconds| most.max(seconds)));
    Ok(PlanView {
        files: moves.iter().map(|one| one.files).sum(),
        bytes: moves.iter().map(|one| one.bytes).sum(),
        seconds,
        moves,
    })
}

fn rate_to(node: &Node, device: DeviceId) -> u64 {
    if device == node.me {
        return node.arriving.rate(clock::tick());
    }
    node.contacts.sample(&node.endpoint, clock::tick());
    node.contacts.view(device).rate_out
}

/// What devices lack of a folder.
pub(super) async fn waiting(
    node: &Arc<Node>,
    folder: FolderId,
    devices: Vec<DeviceId>,
) -> Answer<Vec<(DeviceId, Tally)>> {
    let looked = node.door.look(move |engine| {
        let lacks = |device: DeviceId| (device, engine.lacks(folder, device));
        devices.into_iter().map(lacks).collect::<Vec<_>>()
    });
    let mut lacking = looked.await.to_api()?;
    let refused = refused(node, folder).await;
    for (_, tally) in lacking.iter_mut().filter(|(device, _)| *device != node.me) {
        tally.files = tally.files.saturating_sub(refused.files);
        tally.bytes = tally.bytes.saturating_sub(refused.bytes);
    }
    Ok(lacking)
}

/// What this device changed as a reader: nobody takes it over, so nobody waits for it.
async fn refused(node: &Arc<Node>, folder: FolderId) -> Tally {
    let may_write = node.home.get().role(&node.me).is_some_and(model::Role::may_write);
    let Some(runtime) = node.folders.get(folder).filter(|_| !may_write) else {
        return Tally::default();
    };
    let rows = tokio::task::spawn_blocking(move || problem_rows(&runtime)).await;
    let mut sum = Tally::default();
    for row in rows.into_iter().flatten() {
        if row.problem == Some(model::Problem::Refused) {
            sum.files += 1;
            sum.bytes += row.register.winner().kind.content().map_or(0, |content| content.size);
        }
    }
    sum
}

/// The entries that wait with a problem; none while the index is being opened again, which is shown
/// already.
fn problem_rows(runtime: &Runtime) -> Vec<engine::index::Row> {
    let read = runtime.read(|index| {
        index.problems(None, PROBLEMS_MAX).map_err(|error| anyhow::anyhow!("{error}"))
    });
    read.unwrap_or_default()
}

/// Pauses everything.
pub(super) async fn pause(node: &Arc<Node>, request: &PauseRequest) -> Answer<Done> {
    let end = match request.seconds {
        None => PauseEnd::Never,
        Some(seconds) => {
            let span = i64::try_from(Duration::from_secs(seconds).as_nanos()).unwrap_or(i64::MAX);
            PauseEnd::At(WallTime(clock::wall().0.saturating_add(span)))
        }
    };
    set_pause(node, Some(end)).await
}

/// Ends the pause.
pub(super) async fn resume(node: &Arc<Node>) -> Answer<Done> {
    set_pause(node, None).await
}

async fn set_pause(node: &Arc<Node>, end: Option<PauseEnd>) -> Answer<Done> {
    let keeper = Arc::clone(node);
    let kept = tokio::task::spawn_blocking(move || keeper.book.set_pause(end)).await;
    if !matches!(kept, Ok(true)) {
        return Err(ApiError::new(ErrorCode::DiskError));
    }
    crate::lifecycle::apply_pause(node, end).await.to_api()?;
    Ok(Done {})
}
