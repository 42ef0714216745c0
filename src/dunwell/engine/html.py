"""The look of an e-mail: three layouts, compiled once per look and language, then only filled.

MJML becomes HTML by mrml and its styles are inlined by css-inline when a look is first used; a message costs string
joins. More formal means another layout and another heading, never alarm: no red, no capitals, no remote image, no
tracking pixel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import css_inline
import mrml

from dunwell.engine.texts import BOLD_OFF, BOLD_ON

SLOT = "@@"
OUR_CLASS = re.compile(r' class="(?!mj-)[^"]*"')
STYLE = re.compile(r'style="([^"]*)"')
BLANKS_OF_STYLE = re.compile(r"\s*([;:,])\s*")
SANS = "-apple-system, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif"
SERIF = "Georgia, 'Times New Roman', 'Liberation Serif', serif"


@dataclass(frozen=True, slots=True)
class Style:
    """What differs between the looks."""

    page: str
    ink: str
    quiet: str
    accent: str
    card: str
    line: str
    font: str
    heading_size: str
    radius: str


STYLES: Mapping[str, Style] = {
    "warm": Style("#f5f1ea", "#2b2a28", "#6f6a62", "#2f6b57", "#faf7f2", "#e6dfd3", SANS, "17px", "10px"),
    "plain": Style("#f2f4f6", "#23282d", "#626b74", "#30506e", "#f6f8fa", "#dfe4e9", SANS, "16px", "4px"),
    "formal": Style("#ffffff", "#1c1c1c", "#5c5c5c", "#1c1c1c", "#ffffff", "#bdbdbd", SERIF, "20px", "0"),
}

# Every piece a letter is made of; `@@` marks a slot. Tables and inline styles, because Outlook knows little else.
FRAGMENTS = {
    "paragraph": '<p class="p">@@</p>',
    "item": '<tr valign="top"><td class="cell">@@</td><td class="sum">@@</td></tr>',
    "item_note": '<br><span class="note">@@</span>',
    "total": '<tr><td class="total">@@</td><td class="total-sum">@@</td></tr>',
    "list": '<p class="label">@@</p><table class="list" role="presentation" width="100%" cellspacing="0" cellpadding="0">@@</table>',
    "card": '<table class="card" role="presentation" width="100%" cellspacing="0" cellpadding="0"><tr><td class="inside">@@</td></tr></table>',
    "card_title": '<p class="title">@@</p>',
    "row": '<p class="row"><span class="note">@@</span><br>@@</p>',
    "qr": '<p class="qr"><img src="cid:@@" width="192" height="192" alt="@@" class="qr-image"></p><p class="hint">@@</p>',
    "method": '<p class="row">@@</p>',
    "link": '<a class="link" href="@@">@@</a>',
    "answers": '<p class="label">@@</p><p class="answers">@@</p>',
    "answer": '<a class="answer" href="@@">@@</a> ',
    "logo": '<img src="cid:@@" height="40" alt="" class="logo"><br>',
    "video": '<p class="row"><a class="link" href="@@"><img src="cid:@@" width="480" alt="@@" class="still"></a></p>',
    "signature": '<p class="who">@@</p>',
    "signature_photo": '<table role="presentation" class="signature" cellspacing="0" cellpadding="0"><tr><td class="photo">'
    '<img src="cid:@@" width="52" height="52" alt="@@" class="photo-image"></td><td class="who">@@</td></tr></table>',
}


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """A compiled look: the page around the body as literals, each fragment as literals. Equal only to itself."""

    page: tuple[str, ...]
    fragments: Mapping[str, tuple[str, ...]]

    def piece(self, name: str, *values: str) -> str:
        """A fragment with its slots filled; the values are HTML already."""
        return _filled(self.fragments[name], values)

    def paragraph(self, text: str) -> str:
        return _filled(self.fragments["paragraph"], (escaped(text),))

    def letter(self, subject: str, preheader: str, heading: str, side: str, body: str, footer: str) -> str:
        """The whole page: title and preview, heading, body, footer."""
        title = escaped(subject)
        return _filled(self.page, (title, escaped(preheader), title, heading, side, body, footer))


def escaped(text: str) -> str:
    """Text as HTML: nothing of a fact can become a tag; line ends and bold marks become theirs."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text.replace("\n", "<br>").replace(BOLD_ON, "<strong>").replace(BOLD_OFF, "</strong>")


def plain(text: str) -> str:
    return text.replace(BOLD_ON, "").replace(BOLD_OFF, "")


@lru_cache(maxsize=16)
def layout(look: str, language: str) -> Layout:
    """The compiled look in one language (for the `lang` attribute, which screen readers need)."""
    style = STYLES[look]
    css = _css(style)
    page = mrml.to_html(_mjml(style, language, css)).content
    fragments = {name: _inlined(fragment, css) for name, fragment in FRAGMENTS.items()}
    inlined = css_inline.inline(page, load_remote_stylesheets=False)
    return Layout(tuple(_lean(inlined).strip().split(SLOT)), fragments)


def _filled(literals: Sequence[str], values: Sequence[str]) -> str:
    if len(literals) == 2:
        return f"{literals[0]}{values[0]}{literals[1]}"
    parts = [literals[0]]
    for value, literal in zip(values, literals[1:], strict=True):
        parts += (value, literal)
    return "".join(parts)


def _inlined(fragment: str, css: str) -> tuple[str, ...]:
    # A table row alone would be dropped by an HTML parser: rows are inlined inside their table.
    before, after = ("<table><tbody>", "</tbody></table>") if fragment.startswith("<tr") else ("", "")
    marked = f"<div>{before}<!--cut-->{fragment}<!--cut-->{after}</div>"
    done = css_inline.inline_fragment(marked.replace(SLOT + "</table>", "<tr><td>" + SLOT + "</td></tr></table>"), css)
    inside = done.split("<!--cut-->")[1]
    inside = inside.replace("<tbody><tr><td>@@</td></tr></tbody></table>", SLOT + "</table>")
    return tuple(_lean(inside).split(SLOT))


def _lean(html: str) -> str:
    """Without what no mail program reads: our class names once their styles are inline, and blanks inside of styles."""
    html = OUR_CLASS.sub("", re.sub(r"\n\s*", "\n", html))
    return STYLE.sub(lambda found: 'style="' + BLANKS_OF_STYLE.sub(r"\1", found[1]).rstrip(";") + '"', html)


def _css(style: Style) -> str:
    # A cell says its own size and height of line, because Outlook hands none into a table; what stands in the cell inherits them.
    return f"""
.p {{ margin: 0 0 16px; }}
.label {{ margin: 0 0 6px; color: {style.quiet}; font-size: 14px; }}
.list {{ width: 100%; border-collapse: collapse; margin: 0 0 18px; }}
.cell {{ padding: 9px 12px 9px 0; border-top: 1px solid {style.line}; font-size: 15px; line-height: 1.4; }}
.sum {{ padding: 9px 0; border-top: 1px solid {style.line}; font-size: 15px; line-height: 1.4; text-align: right; white-space: nowrap; }}
.total {{ padding: 10px 12px 10px 0; border-top: 2px solid {style.line}; font-weight: bold; font-size: 15px; }}
.total-sum {{ padding: 10px 0; border-top: 2px solid {style.line}; font-weight: bold; font-size: 15px; text-align: right;
  white-space: nowrap; }}
.note {{ color: {style.quiet}; font-size: 13px; }}
.card {{ width: 100%; background-color: {style.card}; border: 1px solid {style.line}; border-radius: {style.radius};
  margin: 4px 0 20px; }}
.inside {{ padding: 16px 18px 8px; font-size: 15px; line-height: 1.4; word-break: break-word; }}
.title {{ margin: 0 0 10px; font-weight: bold; color: {style.accent}; font-size: 16px; }}
.row {{ margin: 0 0 9px; }}
.qr {{ margin: 6px 0; }}
.qr-image {{ display: block; border: 0; background-color: #ffffff; width: 192px; height: 192px; image-rendering: pixelated; }}
.hint {{ margin: 0 0 10px; color: {style.quiet}; font-size: 13px; }}
.link {{ color: {style.accent}; text-decoration: underline; }}
.answers {{ margin: 0 0 14px; font-size: 15px; line-height: 2.7; }}
.answer {{ display: inline-block; padding: 9px 16px; margin: 0 6px 6px 0; border: 1px solid {style.accent}; color: {style.accent};
  border-radius: {style.radius}; text-decoration: none; line-height: 1.2; background-color: #ffffff; }}
.signature {{ margin: 6px 0 4px; }}
.who {{ margin: 4px 0 8px; font-size: 15px; line-height: 1.5; vertical-align: middle; }}
.logo {{ display: inline-block; border: 0; height: 40px; width: auto; margin: 0 0 8px; }}
.still {{ display: block; border: 0; border-radius: 8px; width: 100%; max-width: 480px; }}
.photo {{ padding: 0 14px 0 0; vertical-align: middle; }}
.photo-image {{ display: block; border: 0; border-radius: 26px; width: 52px; height: 52px; }}
"""


def _mjml(style: Style, language: str, css: str) -> str:
    formal = style.font is SERIF
    heading = f"""
      <mj-section padding="{"28px 0 10px" if formal else "20px 0 12px"}">
        <mj-column><mj-text padding="0 24px" font-size="{style.heading_size}" color="{style.accent}"
          font-weight="{"400" if formal else "600"}">@@<span class="note">@@</span></mj-text>
        {'<mj-divider border-width="1px" border-color="#1c1c1c" padding="12px 24px 0"></mj-divider>' if formal else ""}
        </mj-column>
      </mj-section>"""
    return f"""
<mjml lang="{language}">
  <mj-head>
    <mj-title>@@</mj-title>
    <mj-preview>@@</mj-preview>
    <mj-attributes><mj-all font-family="{style.font}"></mj-all></mj-attributes>
    <mj-style>{css}</mj-style>
    <mj-raw><meta name="color-scheme" content="light"><meta name="x-apple-disable-message-reformatting"></mj-raw>
  </mj-head>
  <mj-body background-color="{style.page}" width="600px">
    {heading}
    <mj-section background-color="#ffffff" border-radius="{style.radius}" padding="{"10px 0 12px" if formal else "24px 0 16px"}">
      <mj-column><mj-text padding="0 24px" font-size="16px" line-height="1.55" color="{style.ink}">@@</mj-text></mj-column>
    </mj-section>
    <mj-section padding="14px 0 26px">
      <mj-column><mj-text padding="0 24px" font-size="12px" line-height="1.5" color="{style.quiet}">@@</mj-text></mj-column>
    </mj-section>
  </mj-body>
</mjml>"""
