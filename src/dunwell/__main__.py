"""`python -m dunwell` is the `dunwell` command."""

from dunwell.site.main import main

main()
