//! Bytes of small files that travel with the page that announces them.

use disk::Place;
use engine::index::Row;
use model::{Content, RelPath};
use store::index::Reader as IndexReader;
use wire::codec::{weight_of_item, weight_of_small};
use wire::limits::{PAGE_BYTES_MAX, SMALL_BYTES_MAX, SMALL_MAX};
use wire::{Small, Update};

use super::{Ground, Runtime};

/// Adds what is still there and fits; the rest is fetched by whoever wants it.
pub(super) fn attach(runtime: &Runtime, update: &mut Update, files: &[(RelPath, Content)]) {
    let Some(ground) = runtime.ground() else { return };
    let items: usize = update.items.iter().map(weight_of_item).sum();
    let mut room = PAGE_BYTES_MAX.saturating_sub(items + 4096);
    let read = runtime.read(|reader| {
        for (path, content) in files.iter().take(SMALL_MAX) {
            let Some(small) = small(&ground, reader, path, *content) else { continue };
            let weight = weight_of_small(&small);
            if weight > room {
                break;
            }
            room -= weight;
            update.small.push(small);
        }
        Ok::<_, store::StoreError>(())
    });
    if let Err(error) = read {
        tracing::debug!("attaching small files: {:#}", anyhow::Error::from(error));
    }
}

fn small(
    ground: &Ground,
    reader: &mut IndexReader,
    path: &RelPath,
    content: Content,
) -> Option<Small> {
    let Row { disk, .. } = reader.get(path).ok().flatten()?;
    let seen = disk?.seen;
    if seen.kind.content() != Some(content) {
        return None;
    }
    let place = Place::Path { path: path.clone(), seen };
    let bytes = ground.reader.whole(&place, SMALL_BYTES_MAX as u64).ok()?;
    Some(Small { hash: content.hash, bytes })
}
