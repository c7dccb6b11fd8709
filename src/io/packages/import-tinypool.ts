export const importTinypool = (): Promise<typeof import("tinypool")> => import("tinypool");
