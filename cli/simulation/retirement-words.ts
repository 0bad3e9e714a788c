/** What a plan would do, where its own word says too little. */
const actionWords: Readonly<Record<string, string>> = {
  'ask-for-report': 'ask who else uses it',
  'note-rung': 'note where it stands',
  'note-source-gone': 'note that its instance is gone',
  'delete-snapshots': 'delete leftover snapshots',
};

/** What was done besides the steps, where its own word says too little. */
export const outcomeWords: Readonly<Record<string, string>> = {
  asked: 'EC2 was asked who else uses an image that is shared, before it is taken from them',
  gone: 'no longer there when its turn came',
  noted:
    'what others did was written down on the image: its instance is terminated, or it was deprecated or disabled by hand',
  reinstated: 'wanted again, so all steps were taken back',
  shared: 'launch permissions were set as the policy says',
  spared: 'seen to be wanted, or not known well enough, just before its step',
};

/** `deprecate 432, ask who else uses it 312` */
export function actionsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([action, count]) => `${actionWord(action)} ${count}`)
    .join(', ');
}

export function actionWord(action: string): string {
  return actionWords[action] ?? action;
}
