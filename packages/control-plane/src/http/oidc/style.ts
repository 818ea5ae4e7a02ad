/**
 * The look of the portal for the pages of the issuer, which work without scripts. The tokens are those of the portal's tokens.css; a test
 * compares them.
 */
export const tokens = {
  light: {
    canvas: 'oklch(0.984 0.002 265)',
    surface: 'oklch(1 0 0)',
    ink: 'oklch(0.21 0.02 265)',
    'ink-2': 'oklch(0.41 0.02 265)',
    'ink-3': 'oklch(0.505 0.02 265)',
    line: 'oklch(0.921 0.004 265)',
    'line-2': 'oklch(0.87 0.007 265)',
    accent: 'oklch(0.49 0.2 268)',
    'accent-ink': 'oklch(0.45 0.2 268)',
    'on-accent': 'oklch(0.99 0 0)',
    'bad-ink': 'oklch(0.48 0.18 25)',
    'bad-soft': 'oklch(0.958 0.025 20)',
    'shadow-low': '0 1px 2px oklch(0.2 0.02 265 / 0.05)',
  },
  dark: {
    canvas: 'oklch(0.165 0.009 265)',
    surface: 'oklch(0.198 0.01 265)',
    ink: 'oklch(0.95 0.004 265)',
    'ink-2': 'oklch(0.78 0.012 265)',
    'ink-3': 'oklch(0.67 0.015 265)',
    line: 'oklch(0.268 0.012 265)',
    'line-2': 'oklch(0.335 0.014 265)',
    accent: 'oklch(0.55 0.2 268)',
    'accent-ink': 'oklch(0.78 0.12 268)',
    'on-accent': 'oklch(0.99 0 0)',
    'bad-ink': 'oklch(0.81 0.11 22)',
    'bad-soft': 'oklch(0.3 0.075 22)',
    'shadow-low': '0 1px 0 oklch(1 0 0 / 0.03) inset',
  },
} as const

const declared = (theme: Readonly<Record<string, string>>): string =>
  Object.entries(theme)
    .map(([name, value]) => `--${name}: ${value};`)
    .join(' ')

export const style = `
:root { ${declared(tokens.light)} color-scheme: light; }
@media (prefers-color-scheme: dark) { :root { ${declared(tokens.dark)} color-scheme: dark; } }
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100dvh; display: grid; place-items: center; padding: 1rem;
  background: var(--canvas); color: var(--ink);
  font: 0.8125rem/1.25rem "Inter Variable", ui-sans-serif, system-ui, sans-serif;
}
main {
  width: 100%; max-width: 24rem; padding: 1.5rem; border: 1px solid var(--line); border-radius: 0.75rem;
  background: var(--surface); box-shadow: var(--shadow-low);
}
svg { display: block; width: 2.5rem; height: 2.5rem; padding: 0.5rem; border-radius: 0.5rem; background: var(--accent); color: var(--on-accent); }
h1 { margin: 1rem 0 0; font-size: 1.1875rem; line-height: 1.625rem; font-weight: 600; letter-spacing: -0.015em; }
p { margin: 0.25rem 0 0; color: var(--ink-3); overflow-wrap: anywhere; }
form { margin: 1.25rem 0 0; display: grid; gap: 1rem; }
label { display: grid; gap: 0.375rem; font-weight: 500; }
input {
  width: 100%; height: 2.25rem; padding: 0 0.75rem; border: 1px solid var(--line-2); border-radius: 0.5rem;
  background: var(--surface); color: var(--ink); font: inherit; font-size: 0.875rem;
}
button, .button {
  display: flex; align-items: center; justify-content: center; width: 100%; height: 2.5rem; border: 1px solid transparent;
  border-radius: 0.5rem; background: var(--accent); color: var(--on-accent); font: inherit; font-size: 0.875rem; font-weight: 500;
  text-decoration: none; cursor: pointer;
}
.quiet { background: transparent; border-color: var(--line-2); color: var(--ink); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
[role="alert"] { margin: 1rem 0 0; padding: 0.625rem 0.75rem; border-radius: 0.5rem; background: var(--bad-soft); color: var(--bad-ink); }
a { color: var(--accent-ink); }
form + p { margin-top: 1rem; }
strong { color: var(--ink); font-weight: 600; }
`
