import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags } from '@lezer/highlight'

const words = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword], color: 'var(--code-keyword)', fontWeight: '500' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--code-string)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-number)' },
  { tag: [tags.lineComment, tags.blockComment], color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: [tags.standard(tags.name), tags.typeName], color: 'var(--code-function)' },
  { tag: tags.special(tags.name), color: 'var(--code-name)' },
  { tag: tags.function(tags.variableName), color: 'var(--code-function)' },
  { tag: [tags.definition(tags.variableName), tags.propertyName], color: 'var(--code-name)' },
])

const mixed = (share: number): string => `color-mix(in oklab, var(--accent) ${share}%, transparent)`

/** Both themes come from the tokens. */
const look = EditorView.theme({
  '&': { height: '100%', fontSize: '13px', background: 'transparent', color: 'var(--ink)' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono)',
    lineHeight: '21px',
    overflow: 'auto',
    fontVariantLigatures: 'none',
  },
  '.cm-content': { padding: '10px 0', caretColor: 'var(--accent-ink)' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-gutters': { background: 'transparent', border: 'none', color: 'var(--ink-3)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 14px', minWidth: '40px' },
  '.cm-activeLine, .cm-activeLineGutter': { background: mixed(5) },
  '.cm-activeLineGutter': { color: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: mixed(24),
  },
  '.cm-cursor': { borderLeftColor: 'var(--accent-ink)', borderLeftWidth: '2px' },
  '&.cm-focused .cm-matchingBracket': { background: mixed(18), outline: `1px solid ${mixed(35)}` },
  '.cm-placeholder': { color: 'var(--ink-3)' },
  '.cm-tooltip': {
    background: 'var(--raised)',
    border: '1px solid var(--line)',
    borderRadius: '8px',
    boxShadow: 'var(--shadow-high)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete': { overflow: 'visible' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-mono)',
    fontSize: '12px',
    maxHeight: '15em',
    minWidth: '240px',
    padding: '4px',
    borderRadius: '8px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    padding: '3px 8px',
    borderRadius: '5px',
    display: 'flex',
    gap: '16px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    background: 'var(--accent-soft)',
    color: 'var(--accent-ink)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '650' },
  '.cm-completionDetail': { color: 'var(--ink-3)', fontStyle: 'normal', margin: '0 0 0 auto', fontSize: '11px' },
  '.cm-tooltip.cm-completionInfo': {
    padding: '8px 10px',
    maxWidth: '280px',
    fontFamily: 'var(--font-sans)',
    fontSize: '12px',
  },
  '.cm-diagnostic': { padding: '6px 10px', border: 'none', fontFamily: 'var(--font-sans)', fontSize: '12px' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--bad) 1.5px',
    textUnderlineOffset: '4px',
    background: 'var(--bad-soft)',
    borderRadius: '2px',
  },
  '.cm-lintPoint-error:after': { borderBottomColor: 'var(--bad)' },
  '.cm-gutter-lint': { width: '14px' },
  '.cm-lint-marker-error': {
    content: '""',
    width: '8px',
    height: '8px',
    margin: '6px 0 0 4px',
    borderRadius: '50%',
    background: 'var(--bad)',
  },
  '.cm-coverage': { width: '4px' },
  '.cm-coverage .cm-gutterElement': { padding: '0' },
  '.cm-covered, .cm-not-covered': { display: 'block', width: '3px', height: '100%' },
  '.cm-covered': { background: 'var(--ok)' },
  '.cm-not-covered': { background: 'var(--bad)' },
  '.cm-line.cm-missed': { background: 'color-mix(in oklab, var(--bad) 8%, transparent)' },
})

export const theme = [look, syntaxHighlighting(words)]
