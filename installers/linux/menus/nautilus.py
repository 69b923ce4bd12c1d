"""A submenu of Homefold in GNOME's Files (Nautilus) and in Caja, which load it where they have Python.

Each entry calls `menu` with the selected paths. Not here: what that does.
"""

import locale
import subprocess

from gi.repository import GObject

if "/caja-python/" in __file__:
    from gi.repository import Caja as Files
else:
    from gi.repository import Nautilus as Files

PROGRAM = "/usr/lib/homefold/menu"
# What is done, in English and in French.
ENTRIES = [
    ("keep", "Keep here", "Garder ici"),
    ("free", "Free up space", "Libérer de l'espace"),
    ("history", "History", "Versions précédentes"),
]


def is_french():
    return (locale.getlocale(locale.LC_MESSAGES)[0] or "").startswith("fr")


class Homefold(GObject.GObject, Files.MenuProvider):
    def get_file_items(self, *arguments):
        # Older versions hand over the window first.
        paths = [path for path in map(path_of, arguments[-1]) if path]
        if not paths:
            return []
        top = Files.MenuItem(name="Homefold::top", label="Homefold", tip="", icon="homefold")
        menu = Files.Menu()
        top.set_submenu(menu)
        for act, english, french in ENTRIES:
            label = french if is_french() else english
            item = Files.MenuItem(name="Homefold::" + act, label=label, tip="", icon="homefold")
            item.connect("activate", run, act, paths)
            menu.append_item(item)
        return [top]

    def get_background_items(self, *_arguments):
        return []


def path_of(file):
    return file.get_location().get_path() if file.get_uri_scheme() == "file" else None


def run(_item, act, paths):
    subprocess.Popen([PROGRAM, act, *paths])
