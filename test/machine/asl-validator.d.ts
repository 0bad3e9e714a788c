declare module 'asl-validator' {
  /** Changes the definition that it is given: hand over a copy. */
  export default function validate(definition: object): {
    readonly isValid: boolean;
    readonly errors: readonly { readonly Message: string }[];
    readonly errorsText: (separator?: string) => string;
  };
}
