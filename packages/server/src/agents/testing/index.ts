export { type Harness, harness } from './harness.ts';
export { type Seeded, seedApp } from './seed.ts';
