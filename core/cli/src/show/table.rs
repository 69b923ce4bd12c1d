//! Tables without lines.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, presets};

/// A table of text; columns whose heading starts with `>` are set to the right.
pub(super) struct Columns(Table);

impl Columns {
    pub(super) fn new(headings: &[&str]) -> Self {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let cells = headings
            .iter()
            .map(|text| Cell::new(text.trim_start_matches('>')).add_attribute(Attribute::Bold));
        table.set_header(cells.collect::<Vec<_>>());
        for (place, heading) in headings.iter().enumerate() {
            if let Some(column) = table.column_mut(place) {
                let right = heading.starts_with('>');
                column.set_padding((0, 2));
                column.set_cell_alignment(if right {
                    CellAlignment::Right
                } else {
                    CellAlignment::Left
                });
            }
        }
        Self(table)
    }

    pub(super) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.0.add_row(cells);
    }

    /// The lines, without spaces at their ends.
    pub(super) fn text(&self) -> String {
        self.0.lines().map(|line| format!("{}\n", line.trim_end())).collect()
    }
}
