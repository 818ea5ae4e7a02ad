export default function Shortcuts(_: { openPalette: () => void }) {
  return null
}
