export { explainInputError } from './explain.ts'
export { inferFile } from './infer.ts'
export { type InputFile, isFilePort, locateFiles } from './locate.ts'
export { type Inputs, openInputs, snapshotSelect } from './open.ts'
