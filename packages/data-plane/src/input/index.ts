export { explainInputError } from './explain.ts'
export { type InputFile, isFilePort, locateFiles } from './locate.ts'
export { type InputRelation, type Inputs, openInputs, snapshotSelect } from './open.ts'
export { pathList } from './options.ts'
