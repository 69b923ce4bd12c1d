// The French texts of the first start, the first page, and folders.
import type { pages as English } from './en-pages.ts';

const many = (count: number, one: string, more = `${one}s`) =>
  `${count.toLocaleString('fr')} ${count < 2 ? one : more}`;

export const pages: typeof English = {
  start: {
    welcome: 'Bienvenue dans Homefold',
    lead: 'Vos dossiers sur tous vos appareils : directement, chiffrés, sans intermédiaire.',
    name: 'Comment s’appelle cet appareil ?',
    nameHint: 'Les autres appareils le montreront sous ce nom.',
    next: 'Continuer',
    which: 'Est-ce votre premier appareil ?',
    fresh: 'Créer une maison',
    freshMeans: 'C’est le premier. Les autres la rejoindront ensuite.',
    join: 'Rejoindre une maison',
    joinMeans: 'Un autre de vos appareils a déjà Homefold.',
    code: 'Ou les huit chiffres que montre l’autre appareil',
    codeOf: (device) => `Les huit chiffres que montre ${device}`,
    codeHint: 'Sur l’autre : Appareils, puis « Inviter un appareil ».',
    notFound: 'On ne le trouve pas tout seul',
    addressNeeded: 'Son adresse',
    addressNeededHint: 'Comme 192.168.1.10:22700. L’autre appareil la montre sous son code.',
    joining: 'Recherche de l’appareil qui montre ce code…',
    doJoin: 'Rejoindre',
    joined: (home) => `Cet appareil appartient maintenant à « ${home} ».`,
  },
  nearby: {
    homes: 'Vos appareils à proximité : choisissez-en un',
    inviting: 'montre un code',
    seeking: 'À proximité, et cherchant une maison : choisissez-en un pour lui montrer un code',
    looking: 'Recherche de vos appareils sur ce réseau. Ils apparaissent ici tout seuls.',
    none: 'Aucun de vos appareils n’a été vu sur ce réseau.',
    off: 'Cet appareil ne cherche pas les autres sur le réseau : tapez aussi l’adresse de l’autre.',
    leftOut: (count) =>
      `${count.toLocaleString('fr')} de plus ne sont pas montrés. Si le vôtre manque, tapez son code et son adresse.`,
    again: 'Chercher à nouveau',
    nameless: 'Un appareil sans nom',
  },
  compare: {
    joining: (device) => `Rejoindre avec ${device}`,
    asking: (device) => `On demande à ${device}…`,
    compareThere: (device) =>
      `Regardez l’écran de ${device} : choisissez-y « Comparer les chiffres ». Montre-t-il ceux-ci ?`,
    compareHere: (device) =>
      `Regardez l’écran de ${device}. Ne dites oui que s’il montre exactement ces chiffres.`,
    same: 'Oui, les mêmes chiffres',
    differ: 'Non',
    nowThere: (device) => `Dites oui aussi sur ${device}.`,
    left: (time) => `Il reste ${time}.`,
    wants: (device) => `${device} demande à entrer dans cette maison.`,
    isIt: (device) => `Est-ce bien ${device} ?`,
    look: 'Comparer les chiffres',
    notMine: 'Refuser',
    notJoined: (device) =>
      `${device} n’est pas entré : personne n’y a dit oui à temps. Rien n’a été partagé.`,
    refusals: {
      declined: (device) =>
        `Sur ${device}, ou ici, quelqu’un a dit non. Rien n’a été partagé. Redemandez, ou tapez un code.`,
      'comparison-over': () =>
        'Personne n’a dit oui à temps sur les deux écrans. Rien n’a été partagé. Redemandez, ou tapez un code.',
      busy: (device) =>
        `Un autre appareil demande déjà à ${device}, ou trop l’ont fait. Attendez quelques minutes, ou tapez un code.`,
      'inviter-not-found': (device) =>
        `On ne peut rien demander à ${device} en ce moment. Vérifiez qu’il est allumé et dans le même réseau, ou tapez un code.`,
      unreachable: (device) =>
        `La connexion avec ${device} est rompue. Rien n’a été partagé. Vous pouvez redemander.`,
    },
  },
  home: {
    allHere: (count) =>
      count === 0
        ? 'Tout est ici, et seulement ici'
        : `Tout est ici et sur ${many(count, 'autre appareil', 'autres appareils')}`,
    noFolder: 'Aucun dossier n’est encore partagé',
    noFolderMeans: 'Choisissez un dossier : Homefold le garde identique sur tous vos appareils.',
    conflicts: (count) => `${many(count, 'conflit')} à regarder`,
    held: (what, folder) => `${what} en attente dans « ${folder} »`,
    heldMeans:
      'Rien n’a été supprimé sur les autres appareils. Laissez passer, ou remettez les fichiers.',
    paused: 'Tout est en pause',
    pausedUntil: (time) => `En pause jusqu’à ${time}`,
    pausedMeans: 'Les changements faits entre-temps partent ensuite.',
    coming: (files, size) => `${files} en route vers ici, ${size}`,
    going: (device, files, size) => `${files} en route vers ${device}, ${size}`,
    scanning: 'Analyse de vos fichiers',
    waiting: (device, files, size) => `En attente de ${device} : ${files}, ${size}`,
    lastSeen: (time) => `vu ${time}`,
    neverSeen: 'pas encore vu',
    missingHere: (files) => `${files} ne sont sur aucun appareil joignable`,
    safe: 'Vous pouvez éteindre cet ordinateur : tout ce qu’il contient est aussi sur un autre appareil.',
    unsafe: (files, size) =>
      `Mieux vaut laisser cet ordinateur allumé : ${files} (${size}) à copier encore sur un autre appareil.`,
    alone:
      'Cet ordinateur a la seule copie. Invitez un second appareil pour en avoir une ailleurs.',
    devices: 'Appareils',
    here: 'cet appareil',
    connected: 'connecté',
    away: 'absent',
    paused1: 'en pause',
    waits: (files, size) => `attend ${files}, ${size}`,
    complete: 'a tout ce qu’il garde',
    seeking: (device) => `${device} est à proximité et cherche une maison. Est-il à vous ?`,
    seekingMany: (count) =>
      `${count} appareils à proximité cherchent une maison. L’un d’eux est-il à vous ?`,
    letIn: 'L’inviter',
    pause: 'Mettre en pause',
    resume: 'Reprendre',
    pauseFor: 'Mettre en pause',
    untilResumed: 'jusqu’à la reprise',
    tomorrow: 'jusqu’à demain',
  },
  folders: {
    add: 'Partager un dossier',
    none: 'Aucun dossier n’est encore partagé dans cette maison.',
    elsewhere: 'Pas sur cet appareil',
    attach: 'L’avoir ici aussi',
    empty: 'vide',
    size: (files, size) => `${files}, ${size}`,
    missing: (files, size) => `encore ${files}, ${size}`,
    addTitle: 'Partager un dossier',
    addMeans:
      'Ce qu’il contient devient le contenu partagé. Rien n’est déplacé ni supprimé. Les autres appareils l’ont quand ils le choisissent.',
    places: {
      documents: 'Documents',
      pictures: 'Images',
      music: 'Musique',
      videos: 'Vidéos',
    },
    counting: 'On regarde vos dossiers…',
    atLeast: (size) => `plus de ${size}`,
    becomes: (size) => `${size} : c’est le premier contenu du dossier, et rien ne change de place.`,
    name: 'Nom dans la maison',
    path: 'Où il est sur cet ordinateur',
    pathHint: 'Laissez vide pour le dossier de ce nom parmi les vôtres, créé s’il n’existe pas.',
    doAdd: 'Le partager',
    attachTitle: (name) => `Avoir « ${name} » sur cet appareil`,
    attachMeans: 'Ce qui s’y trouve déjà est réuni avec lui ; rien n’est supprimé.',
    keep: 'Toujours garder sur cet appareil',
    kept: 'Cela reste sur cet appareil ; ce qui manque est récupéré maintenant.',
    free: 'Libérer de l’espace',
    freed: (files, size) =>
      `${files}, ${size} libérés. Ils restent dans le dossier, sur les autres appareils.`,
    freeMeans:
      'Rend la place prise ici. Rien n’est supprimé : les fichiers restent dans le dossier.',
    doAttach: 'L’avoir ici',
    mode: 'Ce qui en reste ici',
    open: 'Parcourir',
    browse: 'Ouvrir dans le gestionnaire de fichiers',
    rescan: 'Analyser à nouveau',
    rescanned: 'Analyse faite ; les changements trouvés partent maintenant.',
    detach: 'Ne plus l’avoir ici',
    detachMeans: (name) =>
      `Cet appareil ne participe plus à « ${name} ». Les fichiers restent où ils sont sur son disque, et sur les autres appareils.`,
    doDetach: 'Ne plus le synchroniser ici',
    remove: 'Y mettre fin pour tous',
    removeMeans: (name) =>
      `« ${name} » prend fin dans toute la maison. Chaque appareil garde ses fichiers ; ils ne sont simplement plus gardés identiques.`,
    doRemove: 'Mettre fin au dossier',
    held: (what) => `${what} en attente`,
    heldTitle: (folder, why) => `${folder} : ${why}`,
    release: 'Laisser passer',
    undo: 'Remettre les fichiers',
    released: (count) => `${many(count, 'changement passé', 'changements passés')}.`,
    undone: (count) => `${many(count, 'fichier remis', 'fichiers remis')}.`,
  },
  tree: {
    top: 'Dossier',
    name: 'Nom',
    size: 'Taille',
    changed: 'Modifié',
    where: 'Où',
    empty: 'Rien ici.',
    loadingMore: (count) => `${count.toLocaleString('fr')} éléments pour l’instant…`,
    directory: 'répertoire',
    link: 'lien',
    only: 'seulement ici',
    copies: (count) => `sur ${many(count, 'appareil')}`,
    holders: 'Qui l’a',
    partial: 'en partie',
    noHolder: 'Aucun appareil joignable ne l’a.',
    history: 'Versions précédentes',
    noHistory: 'Il n’y a pas de version précédente.',
    now: 'maintenant',
    by: (device) => `de ${device}`,
    restore: 'Remettre celle-ci',
    restored: (path) =>
      `« ${path} » est comme avant. Ce qui s’y trouvait est parmi les versions précédentes.`,
    deleted: 'Chercher un fichier supprimé',
    deletedHint: 'Chemin dans le dossier, comme Lettres/Mars.odt',
    look: 'Chercher',
  },
};
