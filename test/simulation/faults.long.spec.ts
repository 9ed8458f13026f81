import { nothingIsLostOrDoubled } from './short-form.js';

await nothingIsLostOrDoubled(['private', 'small-disk', 'cluster']);
