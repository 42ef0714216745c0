"""HOW THE WORLD IS REACHED: channels, importers, providers, predictors, readers. A kind of plugin is a plain dict."""
