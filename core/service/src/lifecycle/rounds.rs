//! Tasks that go on as long as the service runs: following the home, opening folders, summing up,
//! tidying, ending a pause.

use std::sync::Arc;
use std::time::Duration;

use engine::{Event, Phase};

use crate::clock;
use crate::edits;
use crate::far;
use crate::folders;
use crate::glance::Glances;
use crate::home::book::PauseEnd;
use crate::home::{follow, seekers};
use crate::node::Node;
use crate::offers;
use crate::room;
use crate::runloop::NotDone;
use crate::views;

/// How long what happened is summed up before it is told.
const SUM_EVERY: Duration = Duration::from_millis(250);
/// How often things are tidied.
const TIDY_EVERY: Duration = Duration::from_secs(10);
/// Lines of ended listings after which memory is given back: some megabytes.
const LINES_MANY: u64 = 10_000;

/// Starts all of them. `name` is what this device is to be called from now on.
pub(super) fn start(node: &Arc<Node>, name: Option<String>) {
    let spawn = |task: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
        let node = Arc::clone(node);
        node.runtime.clone().spawn(async move {
            tokio::select! {
                () = task => {}
                () = node.left() => {}
            }
        });
    };
    spawn(Box::pin(open_folders(Arc::clone(node), name)));
    spawn(Box::pin(follow_home(Arc::clone(node))));
    spawn(Box::pin(sum_up(Arc::clone(node))));
    spawn(Box::pin(crate::drive::follow(Arc::clone(node))));
    spawn(Box::pin(offers::tell(Arc::clone(node))));
    spawn(Box::pin(far::start(Arc::clone(node))));
    spawn(Box::pin(room::follow(Arc::clone(node))));
    spawn(Box::pin(tidy(Arc::clone(node))));
    spawn(Box::pin(end_pause(Arc::clone(node))));
    spawn(Box::pin(seekers::follow(Arc::clone(node))));
    spawn(Box::pin(crate::sleep::follow(Arc::clone(node))));
}

async fn open_folders(node: Arc<Node>, name: Option<String>) {
    let attachments = match node.book.attachments() {
        Ok(attachments) => attachments,
        Err(error) => {
            tracing::error!("reading the folders: {:#}", anyhow::Error::from(error));
            return;
        }
    };
    let told = super::heal::heal(&node, &attachments, name.as_deref()).await;
    if let Some(name) = name.filter(|_| told) {
        let keeper = Arc::clone(&node);
        // What could not be kept was logged.
        drop(tokio::task::spawn_blocking(move || keeper.book.note_given_name(&name)).await);
    }
    for attachment in attachments {
        if let Err(error) = folders::open(&node, &attachment).await {
            tracing::error!(folder = %attachment.folder, "opening a folder: {error:#}");
        }
    }
    crate::drive::start(&node).await;
    node.views.set_ready();
    views::follow(&node).await;
}

async fn follow_home(node: Arc<Node>) {
    follow::follow(&node).await;
    follow::speak(&node).await;
    loop {
        node.home_changed.notified().await;
        follow::follow(&node).await;
        let viewer = Arc::clone(&node);
        // Beside this: what follows from the home waits for nothing that is looked at.
        node.runtime.spawn(async move { views::follow(&viewer).await });
    }
}

/// Tells sums of what happened while something happens, and nothing while nothing does.
async fn sum_up(node: Arc<Node>) {
    let mut turns = node.door.turns();
    let mut glances = Glances::default();
    while turns.changed().await.is_ok() {
        tokio::time::sleep(SUM_EVERY).await;
        glances.look(&node).await;
        node.chronicle.tell_sums();
        node.arriving.sample(clock::tick());
        tokio::time::sleep(SUM_EVERY).await;
        node.chronicle.tell_sums();
    }
}

async fn tidy(node: Arc<Node>) {
    loop {
        tokio::time::sleep(TIDY_EVERY).await;
        node.serving.shelf.tidy();
        node.offers.tidy();
        node.serving.spare.clear();
        node.landing.clear();
        node.remotes.tidy();
        node.folders.all().iter().for_each(|runtime| runtime.tidy());
        edits::tidy(&node);
        sweep(&node).await;
        tell_room(&node).await;
        views::follow(&node).await;
        if node.drives.lines_let_go() >= LINES_MANY {
            drop(tokio::task::spawn_blocking(crate::memory::give_back).await);
        }
        if !node.reserve.is_kept() {
            let keeper = Arc::clone(&node);
            let restored = tokio::task::spawn_blocking(move || keeper.reserve.restore()).await;
            if let Ok(Err(error)) = restored {
                tracing::warn!("{:#}", anyhow::Error::from(error));
            }
        }
    }
}

/// Tells the engine how much room there is, where that decides what stays.
async fn tell_room(node: &Arc<Node>) {
    for runtime in node.folders.all() {
        let folder = runtime.id;
        let free = tokio::task::spawn_blocking(move || runtime.news_of_room()).await;
        if let Ok(Some(free)) = free {
            node.door.tell(Event::Room { folder, free }).await;
        }
    }
}

/// Gives up what is staged and nobody wants, in folders where nothing is wanted.
async fn sweep(node: &Arc<Node>) {
    let unswept = node.folders.all().into_iter().filter(|runtime| runtime.may_have_leftovers());
    for runtime in unswept.collect::<Vec<_>>() {
        let folder = runtime.id;
        let view = node.door.look(move |engine| engine.folder_view(folder)).await;
        let idle = |view: engine::FolderView| view.phase == Phase::Idle && view.needed.files == 0;
        if view.ok().flatten().is_some_and(idle) {
            // It has nobody to tell whether it went well; what stays is swept another time.
            let read = node.remotes.contents(folder);
            drop(tokio::task::spawn_blocking(move || runtime.sweep_leftovers(&read)).await);
        }
    }
}

async fn end_pause(node: Arc<Node>) {
    loop {
        let due = match node.pause.end() {
            Some(PauseEnd::At(at)) => Some(at),
            Some(PauseEnd::Never) | None => None,
        };
        match due {
            None => node.pause.changed.notified().await,
            Some(at) => {
                let left = at.0.saturating_sub(clock::wall().0);
                let left = Duration::from_nanos(u64::try_from(left).unwrap_or(0));
                tokio::select! {
                    () = tokio::time::sleep(left) => end_now(&node).await,
                    () = node.pause.changed.notified() => {}
                }
            }
        }
    }
}

async fn end_now(node: &Arc<Node>) {
    let keeper = Arc::clone(node);
    // What could not be kept was logged: the pause ends all the same.
    drop(tokio::task::spawn_blocking(move || keeper.book.set_pause(None)).await);
    let _stopping = apply_pause(node, None).await;
}

/// Stops all traffic and every folder's work, or lets them go on.
///
/// # Errors
/// When the service is leaving.
pub(crate) async fn apply_pause(node: &Arc<Node>, end: Option<PauseEnd>) -> Result<(), NotDone> {
    node.pause.set(end);
    let paused = end.is_some();
    node.roster.set_all_paused(paused);
    if paused {
        node.home.get().members().keys().for_each(|device| node.endpoint.cut(*device));
    }
    follow::keep_connected(node).await;
    for folder in node.folders.ids() {
        let set = node.door.ask(move |core, now| core.set_paused(now, folder, paused)).await?;
        if let Err(error) = set {
            tracing::debug!(%folder, %error, "pausing a folder");
        }
    }
    node.door.tell(Event::Timeout).await;
    Ok(())
}
