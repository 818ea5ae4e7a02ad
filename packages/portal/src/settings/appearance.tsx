import { useState } from 'react'
import { keysAreOn, setKeys } from '../shell/keys.ts'
import { setTheme, type Theme, useTheme } from '../shell/theme.ts'
import { Card, CardHead, Checkbox, Select } from '../ui/index.ts'

/** Kept in this browser. */
export function Appearance() {
  const theme = useTheme()
  const [keys, setOn] = useState(keysAreOn)
  return (
    <Card>
      <CardHead title="This browser" />
      <div className="flex flex-col gap-5 px-4 pt-1 pb-5">
        <Select
          className="w-48"
          label="Theme"
          value={theme}
          onChange={(next) => setTheme(next as Theme)}
          options={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
          ]}
        />
        <Checkbox
          label="Single letters are shortcuts"
          hint="Switch this off when speech input or an assistive tool presses letters that you did not mean."
          checked={keys}
          onChange={(event) => {
            setKeys(event.target.checked)
            setOn(event.target.checked)
          }}
        />
      </div>
    </Card>
  )
}
