"""Pictures of menus: a small phone's screen as PNG, a page of all screens, a map of how they hang
together. Menus in, bytes and text out; nothing is opened but fonts."""
