// Every text of the pages in French, but the sentences for errors and problems (`service/sentences.gen`).
import type { Catalogue } from './language.svelte.ts';
import { pages } from './fr-pages.ts';
import { refusals } from './fr-refusals.ts';
import { work } from './fr-work.ts';

const many = (count: number, one: string, more = `${one}s`) =>
  `${count.toLocaleString('fr')} ${count < 2 ? one : more}`;

const files = (count: number) => many(count, 'fichier');
const devices = (count: number) => many(count, 'appareil');

export const fr: Catalogue = {
  files,
  devices,
  conflictCount: (count) => many(count, 'conflit'),
  deletions: (count) => many(count, 'suppression'),
  overwrites: (count) => many(count, 'fichier remplacé', 'fichiers remplacés'),
  problems: (count) => many(count, 'point à regarder', 'points à regarder'),
  entries: (count) => many(count, 'changement'),
  room: { byte: 'o', percent: ' %', noLimit: 'sans limite' },
  units: ['octets', 'ko', 'Mo', 'Go', 'To', 'Po'],
  rate: (size) => `${size}/s`,
  and: (a, b) => `${a} et ${b}`,
  minutes: (count) => many(count, 'minute'),
  hours: (count) => many(count, 'heure'),
  about: (time) => `encore ${time}`,
  lessThanAMinute: 'moins d’une minute',

  nav: {
    label: 'Pages',
    skip: 'Aller au contenu',
    home: 'Accueil',
    folders: 'Dossiers',
    conflicts: 'Conflits',
    devices: 'Appareils',
    activity: 'Activité',
    settings: 'Réglages',
  },

  words: {
    cancel: 'Annuler',
    close: 'Fermer',
    back: 'Retour',
    tryAgain: 'Réessayer',
    more: 'Afficher la suite',
    details: 'Détails',
    loading: 'Un instant…',
    deviceGone: 'un appareil parti',
    never: 'jamais',
    thisDevice: 'cet appareil',
    startService: 'Démarrer Homefold',
    restartService: 'Redémarrer Homefold',
    copy: 'Copier',
    copied: 'Copié',
  },

  refusals,

  state: {
    idle: 'À jour',
    scanning: 'Analyse des fichiers',
    syncing: 'Synchronisation',
    paused: 'En pause',
    isolated: 'Aucun autre appareil joignable',
    crisis: 'Contenu en danger',
  },

  mode: {
    clone: 'Tout garder ici',
    stream: 'Garder ce qui me sert',
    storage: 'Stockage scellé',
    portal: 'Ne rien garder ici',
  },

  viewed: {
    drive: 'Pas gardé sur cet appareil ; visible dans le lecteur',
    leaving: 'Pas gardé sur cet appareil, sauf ce qui n’est pas encore sur un autre',
  },

  modeMeans: {
    clone: (size) =>
      `Chaque fichier est sur cet appareil et s’ouvre sans les autres.${size && ` Occupe ${size}.`}`,
    stream:
      'Les fichiers arrivent à l’ouverture et restent un moment. L’appareil qui les a doit être allumé.',
    storage: 'Garde des copies scellées pour les autres appareils.',
    portal: 'Les fichiers arrivent à l’ouverture et ne sont pas gardés.',
  },

  role: {
    admin: 'Administrateur',
    member: 'Membre',
    reader: 'Lecteur',
    storage: 'Stockage',
    portal: 'Invité',
  },
  roleMeans: {
    admin: 'Modifie les fichiers, invite et retire des appareils.',
    member: 'Modifie les fichiers.',
    reader: 'Voit les fichiers ; ce qu’il modifie reste chez lui.',
    storage: 'Garde des copies pour les autres et ne modifie rien.',
    portal: 'Utilise les fichiers et n’en garde aucun.',
  },

  local: { full: 'ici', part: 'en partie ici', none: 'ailleurs' },

  ...pages,
  ...work,
};
