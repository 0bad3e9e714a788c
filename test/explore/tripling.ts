globalThis.factorOfDoubling = 3;
