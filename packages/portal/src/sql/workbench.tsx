export const Workbench = () => <p>Workbench</p>
