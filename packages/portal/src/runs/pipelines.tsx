export const Pipelines = () => <p>Pipelines</p>
