"""The address table of the web faces."""

urlpatterns: list = []
