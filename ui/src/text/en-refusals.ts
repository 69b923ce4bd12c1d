// Why something was not done, in English: said instead of the service's own sentence where that names what a
// terminal takes, or where the page can offer something better.
import type { ErrorCode } from '../service/api.gen.ts';

export const refusals = {
  'no-service':
    'Homefold is not answering. Your files are where they were; nothing syncs until it runs again.',
  unauthorized:
    'This browser has not been let in, or Homefold was restarted. Run “homefold ui” in a terminal on this computer: it opens this page again.',
  incomprehensible:
    'Homefold runs in another version than this page. Reload the page, or restart Homefold. Your files are safe.',
  'wrong-code':
    'That is not the code the other device shows. Nothing was changed; look again and retype it.',
  'invitation-over':
    'That code no longer works: it was used or withdrawn. Ask for a new one on the other device.',
  'invitation-expired':
    'The code ran out before anyone used it. Show a new one when the other device is ready.',
  'inviter-not-found':
    'No device that shows a code was found nearby. Check that it is on, in the same network, and still shows the code.',
  'no-home': 'This device belongs to no home yet.',
  'code-expired':
    'That code’s time is over. Nothing was changed; ask for a new one on the other device.',
  'code-tried-out':
    'That was the third wrong code, so none works any more. Nothing was changed; ask for a new one on the other device.',
  'already-attached': 'This folder is on this device already.',
  'ambiguous-device': 'Several devices are called that.',
  'content-unavailable':
    'It is on no device that can be reached now. Nothing is lost: switch on a device that has it.',
  'drive-mounted': 'The drive is open already, or something else stands in its place.',
  'entry-exists': 'Something stands there already and was left untouched. Choose another place.',
  'folder-exists': 'The home already has a folder of that name. Take another name.',
  internal:
    'Homefold made a mistake of its own. Your files are untouched. If it happens again, a support file (in Settings) helps to find it.',
  'no-fuse':
    'The drive can’t be shown: this system lacks what it needs (FUSE). Folders work without it.',
  'no-pages': 'This Homefold has no pages for a browser.',
  'not-attached': 'This device does not have that folder.',
  'not-safe-yet':
    'What was written here through the drive is not on another device yet, or a program has it open. Nothing is lost, and nothing was changed. Close the program, or wait until another device has it.',
  'timed-out': 'It takes longer than expected and goes on in the background.',
  'turned-away':
    'The code or the digits were right, but the other device did not take this one in: it was once removed from that home, or the home is full. Your files stay where they are.',
  'unknown-conflict': 'That conflict is not there any more; it may be decided already.',
  'unknown-device': 'The home has no such device any more.',
  'unknown-entry': 'There is nothing there any more; it may have been moved or deleted.',
  'unknown-folder': 'The home has no such folder any more.',
  'unknown-policy': 'This Homefold does not know that rule.',
  'unknown-version': 'That version is not kept any more.',
  declined: 'Somebody said that the digits are not the same. Nothing was shared.',
  'comparison-over': 'The digits were not confirmed on both devices in time. Nothing was shared.',
} as Partial<Record<ErrorCode, string>>;
