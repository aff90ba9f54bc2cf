"""Writes every file anew, takes away what is no longer written, and names what has changed."""

from deploy.source import ROOT
from deploy.source.everything import FOLDERS, everything

written = everything()
for folder in FOLDERS:
    for file in sorted((ROOT / folder).glob("*")):
        if file.is_file() and str(file.relative_to(ROOT)) not in written:
            file.unlink()
            print(f"taken away  {file.relative_to(ROOT)}")
for name, text in written.items():
    path = ROOT / name
    if not path.exists() or path.read_text("utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"written     {name}")
