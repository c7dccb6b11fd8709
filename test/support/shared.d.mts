/** See shared.mjs. */
export declare const root: string;
export declare const shared: string;
export declare const cache: string;
export declare function needShared(): void;
export declare function corpus(name: string): string;
export declare function peer(name: string): string;
export declare function run(command: string, args: readonly string[], options?: object): string;
