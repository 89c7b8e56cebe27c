/** A file for whoever is at the browser, said so once it is handed over. What is in it is the caller's. */
import { tell } from './toast.tsx';

export const download = (name: string, content: BlobPart, type: string): void => {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
  tell(`${name} is saved.`);
};
