// Why something was not done, in French: as in English where that says something of its own.
import type { Catalogue } from './language.svelte.ts';

export const refusals: Catalogue['refusals'] = {
  'no-service':
    'Homefold ne répond pas. Vos fichiers sont à leur place ; rien ne se synchronise tant qu’il ne tourne pas.',
  unauthorized:
    'Ce navigateur n’a pas été admis, ou Homefold a redémarré. Tapez « homefold ui » dans un terminal de cet ordinateur : cette page s’ouvre à nouveau.',
  incomprehensible:
    'Homefold tourne dans une autre version que cette page. Rechargez la page, ou redémarrez Homefold. Vos fichiers sont en sécurité.',
  'wrong-code':
    'Ce n’est pas le code que montre l’autre appareil. Rien n’a été modifié ; regardez à nouveau et retapez-le.',
  'invitation-over':
    'Ce code ne marche plus : il a servi ou a été retiré. Demandez-en un nouveau sur l’autre appareil.',
  'invitation-expired':
    'Le code a expiré sans avoir servi. Affichez-en un nouveau quand l’autre appareil est prêt.',
  'inviter-not-found':
    'Aucun appareil montrant un code n’a été trouvé à proximité. Vérifiez qu’il est allumé, dans le même réseau, et montre encore le code.',
  'no-home': 'Cet appareil n’appartient encore à aucune maison.',
  'code-expired':
    'Le temps de ce code est écoulé. Rien n’a été modifié ; demandez-en un nouveau sur l’autre appareil.',
  'code-tried-out':
    'C’était le troisième code faux : plus aucun ne marche. Rien n’a été modifié ; demandez-en un nouveau sur l’autre appareil.',
  'already-attached': 'Ce dossier est déjà sur cet appareil.',
  'ambiguous-device': 'Plusieurs appareils portent ce nom.',
  'content-unavailable':
    'Il n’est sur aucun appareil joignable en ce moment. Rien n’est perdu : allumez un appareil qui l’a.',
  'drive-mounted': 'Le lecteur est déjà ouvert, ou autre chose se trouve à sa place.',
  'entry-exists':
    'Quelque chose s’y trouve déjà et n’a pas été touché. Choisissez un autre endroit.',
  'folder-exists': 'La maison a déjà un dossier de ce nom. Prenez un autre nom.',
  internal:
    'Homefold a fait une erreur. Vos fichiers sont intacts. Si cela se répète, un fichier d’assistance (dans les réglages) aide à la trouver.',
  'no-fuse':
    'Le lecteur ne peut pas être montré : il manque à ce système ce qu’il lui faut (FUSE). Les dossiers marchent sans lui.',
  'no-pages': 'Ce Homefold n’a pas de pages pour un navigateur.',
  'not-attached': 'Cet appareil n’a pas ce dossier.',
  'not-safe-yet':
    'Ce qui a été écrit ici par le lecteur n’est pas encore sur un autre appareil, ou un programme l’a ouvert. Rien n’est perdu et rien n’a été changé. Fermez le programme, ou attendez qu’un autre appareil l’ait.',
  'timed-out': 'Cela prend plus de temps que prévu et continue en arrière-plan.',
  'turned-away':
    'Le code ou les chiffres étaient bons, mais l’autre appareil n’a pas accepté celui-ci : il a été retiré de cette maison, ou la maison est pleine. Vos fichiers restent en place.',
  'unknown-conflict': 'Ce conflit n’est plus là ; il est peut-être déjà tranché.',
  'unknown-device': 'La maison n’a plus cet appareil.',
  'unknown-entry': 'Il n’y a plus rien à cet endroit ; c’est peut-être déplacé ou supprimé.',
  'unknown-folder': 'La maison n’a plus ce dossier.',
  'unknown-policy': 'Ce Homefold ne connaît pas cette règle.',
  'unknown-version': 'Cette version n’est plus gardée.',
  declined: 'Quelqu’un a répondu que les chiffres ne sont pas les mêmes. Rien n’a été partagé.',
  'comparison-over':
    'Les chiffres n’ont pas été confirmés à temps sur les deux appareils. Rien n’a été partagé.',
};
