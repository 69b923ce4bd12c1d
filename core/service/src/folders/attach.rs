//! Bytes of small files that travel with the page that announces them.

use disk::Place;
use engine::observation::Seen;
use model::{Content, RelPath};
use wire::codec::{weight_of_item, weight_of_small};
use wire::limits::{PAGE_BYTES_MAX, SMALL_BYTES_MAX, SMALL_MAX};
use wire::{Small, Update};

use super::{Ground, Runtime};

/// Adds what is still there and fits; the rest is fetched by whoever wants it.
pub(super) fn attach(runtime: &Runtime, update: &mut Update, files: &[(RelPath, Content)]) {
    let Some(ground) = runtime.ground() else { return };
    let items: usize = update.items.iter().map(weight_of_item).sum();
    let mut room = PAGE_BYTES_MAX.saturating_sub(items + 4096);
    for (path, content) in files.iter().take(SMALL_MAX) {
        let Some(small) = small(runtime, &ground, path, *content) else { continue };
        let weight = weight_of_small(&small);
        if weight > room {
            break;
        }
        room -= weight;
        update.small.push(small);
    }
}

fn small(runtime: &Runtime, ground: &Ground, path: &RelPath, content: Content) -> Option<Small> {
    let noted = runtime.recent.take(path, content);
    let seen = noted.or_else(|| known(runtime, path, content))?;
    let place = Place::Path { path: path.clone(), seen };
    let bytes = ground.reader.whole(&place, SMALL_BYTES_MAX as u64).ok()?;
    Some(Small { hash: content.hash, bytes })
}

/// What the index says stands at a path, if it is this content.
fn known(runtime: &Runtime, path: &RelPath, content: Content) -> Option<Seen> {
    let read = runtime.read(|reader| Ok::<_, anyhow::Error>(reader.get(path)?));
    let seen = read.ok()??.disk?.seen;
    (seen.kind.content() == Some(content)).then_some(seen)
}
