/*
 * AssemblyScript, compiled by scripts/buildWasm.mjs: the inner loops of decoders over one linear memory that
 * `src/known/knownSeries.ts` lays out. They take only what they are sure of; at everything else they stop and say
 * where, and the decoder in TypeScript goes on, which alone knows what is malformed and why.
 */
export { layOutColumns, sampleCount, seriesCount } from './columns';
export { layOutFields, lineCount, reserveField, takeFieldLines } from './influx';
export { layOutPowers } from './numbers';
export { decompress, takeSeries } from './remoteWrite';
export { begin, clear, hasRoom, layOut, lengthOf, placeOf, reserve, setReference } from './seriesTable';
export { takeLines } from './text';
