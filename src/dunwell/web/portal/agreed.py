"""Terms to be confirmed: one page to read and one button. Confirming what has changed since is refused and shown anew."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from dunwell.core.refusal import Refusal
from dunwell.run import portal_terms
from dunwell.run.portal import Visit
from dunwell.web.portal import forms
from dunwell.web.portal.doors import of_link
from dunwell.web.portal.views import closed, refused, shown


@of_link
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, seen: Visit, locale: str) -> HttpResponse:
    """The terms as proposed, or thanks where they were confirmed."""
    if seen.is_closed:
        return closed(request, seen, locale)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            forms.refuse_foreign(request)
            forms.form_id(request, seen)
            name, digest = request.POST.get("name", "")[: forms.NAME_MAX], request.POST.get("digest", "")
            portal_terms.confirm(seen, locale, name, digest)
            return redirect("portal:terms", seen.token, locale)
        except Refusal as said:
            refusal = said
    found = portal_terms.waiting(seen, locale)
    return shown(
        request,
        "terms",
        seen,
        locale,
        status=422 if refusal else 200,
        proposed=found,
        blocks=[(block.kind, block) for block in found.document.blocks if block.kind != "title"] if found else [],
        confirmed=portal_terms.confirmed(seen),
        refusal=refused(refusal, seen, locale) if refusal else "",
        sent=request.POST,
    )
