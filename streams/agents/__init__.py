"""The live path, in the order in which an event walks it: intake, crimes, incidents; and what keeps time: watermarks, sweep."""
