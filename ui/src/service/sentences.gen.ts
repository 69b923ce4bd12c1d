// Made by `cargo xtask ui types` from core/api/src/text; not to be edited.

export const en = {
  "errors": {
    "address-unusable": [
      "That address can't be opened: it must be this computer's, like 0.0.0.0:22781, and free.",
      "The address {} can't be opened: it must be this computer's, like 0.0.0.0:22781, and free."
    ],
    "already-attached": [
      "This device already takes part in the folder.",
      "This device already takes part in “{}”. To move it elsewhere, detach it first; your files stay where they are."
    ],
    "already-in-home": [
      "This device already belongs to a home with other devices. Remove it there first; its files stay where they are.",
      "This device already belongs to a home with other devices. Remove it there first; its files stay where they are."
    ],
    "ambiguous-device": [
      "Several devices fit. Give more characters of the id.",
      "Several devices fit “{}”. Give more characters of the id; `homefold device list` shows them."
    ],
    "bad-name": [
      "That can't be a name: 1 to 255 bytes without “/” or control characters.",
      "“{}” can't be a name: it must be 1 to 255 bytes without “/” or control characters, and neither “.” nor “..”."
    ],
    "bad-policy-value": [
      "That is no value for this policy. Nothing was changed.",
      "“{}” is no value for this policy. Nothing was changed."
    ],
    "bad-request": [
      "The request makes no sense. Nothing was changed.",
      "The request makes no sense: {}. Nothing was changed."
    ],
    "busy": [
      "Too much is going on at once. Nothing was changed; try again in a moment.",
      "Too much is going on at once. Nothing was changed; try again in a moment."
    ],
    "code-expired": [
      "The code's time is over. Nothing was changed; make a new one with `homefold invite` on the other device.",
      "The code's time is over. Nothing was changed; make a new one with `homefold invite` on the other device."
    ],
    "code-tried-out": [
      "That was the third wrong code, so the right one is no longer valid either. Nothing was changed; make a new one with `homefold invite` on the other device.",
      "That was the third wrong code, so the right one is no longer valid either. Nothing was changed; make a new one with `homefold invite` on the other device."
    ],
    "comparison-over": [
      "The digits were not confirmed on both devices in time. Nothing was shared. Ask again, or use the code of `homefold invite`.",
      "The digits were not confirmed on both devices in time. Nothing was shared. Ask again, or use the code of `homefold invite`."
    ],
    "content-unavailable": [
      "The content is on no device that can be reached. Nothing is lost: `homefold where` shows which device to switch on.",
      "The content of “{}” is on no device that can be reached. Nothing is lost: `homefold where` shows which device to switch on."
    ],
    "copies-needed": [
      "The files stay here: too few other devices that can be reached have promised to keep them. Nothing is lost. Switch on a device that keeps the folder, wait until it is up to date and try again.",
      "Files that stay here: {}. Too few other devices that can be reached have promised to keep them. Nothing is lost. Switch on a device that keeps the folder, wait until it is up to date and try again."
    ],
    "declined": [
      "Somebody said that the digits are not the same. Nothing was shared. Try again, or use the code of `homefold invite`.",
      "Somebody said that the digits are not the same. Nothing was shared. Try again, or use the code of `homefold invite`."
    ],
    "directory-taken": [
      "The directory overlaps with one that is already shared, or the service's own. Choose another one.",
      "The directory {} is, holds or lies in a directory that is already shared, or the service's own. Choose another one."
    ],
    "directory-unusable": [
      "The directory can't be used: it must be a directory where you may write. Nothing was changed.",
      "The directory {} can't be used: it must be a directory where you may write. Nothing was changed."
    ],
    "disk-error": [
      "The disk reports an error. Nothing was changed.",
      "The disk reports an error at “{}”. Nothing was changed."
    ],
    "disk-full": [
      "There is no room on the disk. What is there is safe; free some space and try again.",
      "There is no room on the disk for “{}”. What is there is safe; free some space and try again."
    ],
    "drive-mounted": [
      "Nothing was mounted: something is mounted there, or the drive is mounted already. `homefold drive unmount` unmounts it.",
      "Nothing was mounted at {}: something is mounted there, or the drive is mounted already. `homefold drive unmount` unmounts it."
    ],
    "entry-exists": [
      "Something already stands there and was left untouched. Choose another place.",
      "Something already stands at “{}” and was left untouched. Choose another place with --to."
    ],
    "files-in-use": [
      "The files stay here for now: they are open, just changed, in conflict, or another device relies on them for a few minutes. Nothing is lost. Try again later.",
      "Files that stay here for now: {}. They are open, just changed, in conflict, or another device relies on them for a few minutes. Nothing is lost. Try again later."
    ],
    "folder-exists": [
      "The home already has a folder of that name. Take another name.",
      "The home already has a folder called “{}”. Take another name, or `homefold folder attach` to take part in it."
    ],
    "forbidden": [
      "Only this user's own programs may speak to the service; this request came from elsewhere and was refused.",
      "Only this user's own programs may speak to the service; this request came from elsewhere and was refused."
    ],
    "incomprehensible": [
      "The service answered in a way that this program does not understand. Are both of the same version? `homefold service stop`, then start, brings them together.",
      "The service answered in a way that this program does not understand. Are both of the same version? `homefold service stop`, then start, brings them together."
    ],
    "internal": [
      "The service met a fault of its own. Your files are untouched; `homefold logs` says more.",
      "The service met a fault of its own. Your files are untouched; `homefold logs` says more."
    ],
    "invitation-expired": [
      "Nobody joined in time and the code is no longer valid. Make a new one with `homefold invite`.",
      "Nobody joined in time and the code is no longer valid. Make a new one with `homefold invite`."
    ],
    "invitation-over": [
      "The invitation is over: it was used, withdrawn, or a newer one took its place. Make a new one with `homefold invite`.",
      "The invitation is over: it was used, withdrawn, or a newer one took its place. Make a new one with `homefold invite`."
    ],
    "inviter-not-found": [
      "No device that invites was found. Check that `homefold invite` is waiting on the same network, or give its address with --address.",
      "No device that invites answers at {}. Check that `homefold invite` is waiting there and that both are on one network."
    ],
    "last-admin": [
      "It is the last admin of the home. Make another device an admin first.",
      "“{}” is the last admin of the home and must stay one. Make another device an admin first."
    ],
    "no-fuse": [
      "The drive can't be mounted: this system lacks FUSE (`apt install fuse3`). Folders work without it.",
      "The drive can't be mounted at {}: this system lacks FUSE (`apt install fuse3`). Folders work without it."
    ],
    "no-home": [
      "This device belongs to no home yet. `homefold join CODE` joins one, `homefold folder create` or `homefold invite` starts one.",
      "This device belongs to no home yet. `homefold join CODE` joins one, `homefold folder create` or `homefold invite` starts one."
    ],
    "no-pages": [
      "This build of Homefold carries no pages for a browser. Everything works from the command line; `cargo xtask ui build` makes the pages, then build again.",
      "This build of Homefold carries no pages for a browser. Everything works from the command line; `cargo xtask ui build` makes the pages, then build again."
    ],
    "no-service": [
      "No service is running. Start it with `homefold service start` or `homefold service run`.",
      "No service is running for {}. Start it with `homefold service start` or `homefold service run`."
    ],
    "not-allowed": [
      "This device's role in the home does not allow that. Do it on an admin device.",
      "This device's role in the home does not allow that. Do it on an admin device."
    ],
    "not-attached": [
      "This device does not take part in the folder; `homefold folder attach` changes that.",
      "This device does not take part in “{}”; `homefold folder attach` changes that."
    ],
    "not-safe-yet": [
      "What was written in the folder through the drive is not on another device yet, or a program has it open. Nothing is lost, and nothing was changed. Close the program and attach the folder to an empty directory, which takes all of it along; or wait until `homefold status` shows nothing as not yet safe.",
      "What was written in “{}” through the drive is not on another device yet, or a program has it open. Nothing is lost, and nothing was changed. Close the program and attach the folder to an empty directory, which takes all of it along; or wait until `homefold status` shows nothing as not yet safe."
    ],
    "nothing-held": [
      "No changes are on hold: there is nothing to decide.",
      "No changes are on hold in “{}”: there is nothing to decide."
    ],
    "stopping": [
      "The service is stopping. What was finished is safe; try again once it runs.",
      "The service is stopping. What was finished is safe; try again once it runs."
    ],
    "timed-out": [
      "Not finished in the time given. It goes on in the background; `homefold status` shows how far it is.",
      "Not finished in the time given: {}. It goes on in the background; `homefold status` shows how far it is."
    ],
    "turned-away": [
      "The code or the digits were right, but the other device did not take this one. A device that was removed from a home can't come back as itself: stop this service, start it with an empty data dir (`--data-dir DIR`), and join from there; your files stay where they are.",
      "The code or the digits were right, but the other device did not take this one. A device that was removed from a home can't come back as itself: stop this service, start it with an empty data dir (`--data-dir DIR`), and join from there; your files stay where they are."
    ],
    "unauthorized": [
      "This client has no valid token. Open the interface again from this computer.",
      "This client has no valid token. Open the interface again from this computer."
    ],
    "unknown-conflict": [
      "There is no such conflict; it may be resolved already.",
      "There is no conflict {}; it may be resolved already. `homefold conflict list` shows the open ones."
    ],
    "unknown-device": [
      "The home has no such device; `homefold device list` shows those it has.",
      "The home has no device called “{}”; `homefold device list` shows those it has."
    ],
    "unknown-entry": [
      "There is nothing at that path.",
      "There is nothing at “{}”. It may have been moved or deleted: `homefold history` shows what stood there."
    ],
    "unknown-folder": [
      "The home has no such folder; `homefold folder list` shows those it has.",
      "The home has no folder called “{}”; `homefold folder list` shows those it has."
    ],
    "unknown-policy": [
      "There is no such policy or target; `homefold policy show` lists them.",
      "There is no policy or target “{}”; `homefold policy show` lists them."
    ],
    "unknown-version": [
      "The archive holds no such version; `homefold history` shows those it has.",
      "The archive holds no version {}; `homefold history` shows those it has."
    ],
    "unreachable": [
      "The other device can't be reached. Nothing was changed; try again when it is on.",
      "“{}” can't be reached. Nothing was changed; try again when it is on."
    ],
    "unsupported": [
      "This version of Homefold can't do that.",
      "This version of Homefold can't do that: {}."
    ],
    "weak-password": [
      "A password needs at least 10 characters. Nothing was changed.",
      "A password needs at least 10 characters. Nothing was changed."
    ],
    "wrong-code": [
      "The code is wrong. Nothing was changed; look at it again on the inviting device: after three wrong tries it is no longer valid.",
      "The code is wrong. Nothing was changed; look at it again on the inviting device: after three wrong tries it is no longer valid."
    ]
  },
  "problems": {
    "busy": "it changes all the time; it goes on once it rests",
    "collision": "another name differs only in capitals or accents; rename one of the two",
    "corrupt": "no device has sent it undamaged; it is tried again with others",
    "denied": "you may not read or write it; change its permissions",
    "disk-error": "the disk reports an error; check the disk",
    "disk-full": "there is no room on the disk; it goes on once space is free",
    "name": "not every system can hold the name; rename it on the device where it was made",
    "no-watch": "this disk does not report changes; they are found by rescans",
    "obstructed": "a file and a directory want the same name; rename one of the two",
    "read-only": "the disk is read-only; it goes on once it can be written",
    "refused": "this device may only read here; the others don't take the change over",
    "root-missing": "its directory is gone, empty or on another disk; nothing is deleted elsewhere, bring it back",
    "unsupported": "it is neither a file, a directory nor a link; it stays on this device alone",
    "watch-limit": "the system can't watch so many directories; changes are found by rescans, raise fs.inotify.max_user_watches"
  },
  "held": {
    "mass-delete": "many files were deleted within a short time",
    "root-denied": "the folder's directory can't be read, or its disk does not keep what is written",
    "root-elsewhere": "the folder's directory is on another volume than before",
    "root-emptied": "the folder's directory was emptied or replaced",
    "root-missing": "the folder's directory is gone"
  },
  "policies": {
    "archive.days": "days for which replaced and deleted versions are kept",
    "archive.min_days": "days for which versions are kept even if they take more",
    "archive.share": "the most of the disk that kept versions take",
    "brake.on": "whether mass deletes are held until somebody has looked at them",
    "cache": "the room for files that are not kept: a part of what is free, or bytes",
    "copies": "other devices that must have a file before a device gives it up",
    "keep": "whether files stay on the device: as its mode says, or always, auto, never",
    "notices.on": "whether the desktop tells of conflicts, full disks and the like",
    "rate.down": "the most that comes from other devices in a second: bytes, or none for no limit",
    "rate.up": "the most that goes to other devices in a second: bytes, or none for no limit",
    "read.budget": "the most that is fetched for one process in a minute: bytes, or none for no limit",
    "read.deadline": "seconds after which reading what is on another device fails",
    "read.spared": "programs for which nothing is fetched: names with commas, none, or default for thumbnailers, indexers and virus scanners"
  }
} as const;

export const fr = {
  "errors": {
    "address-unusable": [
      "Cette adresse ne peut pas être ouverte : ce doit être une adresse de cet ordinateur, comme 0.0.0.0:22781, et libre.",
      "L'adresse {} ne peut pas être ouverte : ce doit être une adresse de cet ordinateur, comme 0.0.0.0:22781, et libre."
    ],
    "already-attached": [
      "Cet appareil participe déjà au dossier.",
      "Cet appareil participe déjà à « {} ». Pour le mettre ailleurs, détachez-le d'abord ; vos fichiers restent en place."
    ],
    "already-in-home": [
      "Cet appareil appartient déjà à une maison avec d'autres appareils. Retirez-l'en d'abord ; ses fichiers restent en place.",
      "Cet appareil appartient déjà à une maison avec d'autres appareils. Retirez-l'en d'abord ; ses fichiers restent en place."
    ],
    "ambiguous-device": [
      "Plusieurs appareils correspondent. Donnez plus de caractères de l'identifiant.",
      "Plusieurs appareils correspondent à « {} ». Donnez plus de caractères de l'identifiant ; `homefold device list` les montre."
    ],
    "bad-name": [
      "Ce ne peut pas être un nom : 1 à 255 octets sans « / » ni caractère de contrôle.",
      "« {} » ne peut pas être un nom : il faut 1 à 255 octets sans « / » ni caractère de contrôle, et ni « . » ni « .. »."
    ],
    "bad-policy-value": [
      "Ce n'est pas une valeur de cette règle. Rien n'a été modifié.",
      "« {} » n'est pas une valeur de cette règle. Rien n'a été modifié."
    ],
    "bad-request": [
      "La demande n'a pas de sens. Rien n'a été modifié.",
      "La demande n'a pas de sens : {}. Rien n'a été modifié."
    ],
    "busy": [
      "Trop de choses à la fois. Rien n'a été modifié ; réessayez dans un instant.",
      "Trop de choses à la fois. Rien n'a été modifié ; réessayez dans un instant."
    ],
    "code-expired": [
      "Le temps du code est écoulé. Rien n'a été modifié ; faites-en un autre avec `homefold invite` sur l'autre appareil.",
      "Le temps du code est écoulé. Rien n'a été modifié ; faites-en un autre avec `homefold invite` sur l'autre appareil."
    ],
    "code-tried-out": [
      "C'était le troisième code faux, et le bon n'est plus valable non plus. Rien n'a été modifié ; faites-en un autre avec `homefold invite` sur l'autre appareil.",
      "C'était le troisième code faux, et le bon n'est plus valable non plus. Rien n'a été modifié ; faites-en un autre avec `homefold invite` sur l'autre appareil."
    ],
    "comparison-over": [
      "Les chiffres n'ont pas été confirmés à temps sur les deux appareils. Rien n'a été partagé. Demandez à nouveau, ou utilisez le code de `homefold invite`.",
      "Les chiffres n'ont pas été confirmés à temps sur les deux appareils. Rien n'a été partagé. Demandez à nouveau, ou utilisez le code de `homefold invite`."
    ],
    "content-unavailable": [
      "Le contenu n'est sur aucun appareil joignable. Rien n'est perdu : `homefold where` montre lequel allumer.",
      "Le contenu de « {} » n'est sur aucun appareil joignable. Rien n'est perdu : `homefold where` montre lequel allumer."
    ],
    "copies-needed": [
      "Les fichiers restent ici : trop peu d'autres appareils joignables ont promis de les garder. Rien n'est perdu. Allumez un appareil qui garde le dossier, attendez qu'il soit à jour et réessayez.",
      "Fichiers qui restent ici : {}. Trop peu d'autres appareils joignables ont promis de les garder. Rien n'est perdu. Allumez un appareil qui garde le dossier, attendez qu'il soit à jour et réessayez."
    ],
    "declined": [
      "Quelqu'un a répondu que les chiffres ne sont pas les mêmes. Rien n'a été partagé. Recommencez, ou utilisez le code de `homefold invite`.",
      "Quelqu'un a répondu que les chiffres ne sont pas les mêmes. Rien n'a été partagé. Recommencez, ou utilisez le code de `homefold invite`."
    ],
    "directory-taken": [
      "Le répertoire recouvre un répertoire déjà partagé, ou celui du service. Choisissez-en un autre.",
      "Le répertoire {} est, contient ou se trouve dans un répertoire déjà partagé, ou celui du service. Choisissez-en un autre."
    ],
    "directory-unusable": [
      "Le répertoire n'est pas utilisable : il faut un répertoire où vous pouvez écrire. Rien n'a été modifié.",
      "Le répertoire {} n'est pas utilisable : il faut un répertoire où vous pouvez écrire. Rien n'a été modifié."
    ],
    "disk-error": [
      "Le disque signale une erreur. Rien n'a été modifié.",
      "Le disque signale une erreur à « {} ». Rien n'a été modifié."
    ],
    "disk-full": [
      "Il n'y a plus de place sur le disque. Ce qui s'y trouve est en sûreté ; libérez de la place et réessayez.",
      "Il n'y a plus de place sur le disque pour « {} ». Ce qui s'y trouve est en sûreté ; libérez de la place et réessayez."
    ],
    "drive-mounted": [
      "Rien n'a été monté : quelque chose y est monté, ou le lecteur l'est déjà. `homefold drive unmount` le démonte.",
      "Rien n'a été monté sur {} : quelque chose y est monté, ou le lecteur l'est déjà. `homefold drive unmount` le démonte."
    ],
    "entry-exists": [
      "Il y a déjà quelque chose à cet endroit, laissé intact. Choisissez-en un autre.",
      "Il y a déjà quelque chose à « {} », laissé intact. Choisissez un autre endroit avec --to."
    ],
    "files-in-use": [
      "Les fichiers restent ici pour l'instant : ils sont ouverts, viennent de changer, sont en conflit, ou un autre appareil compte sur eux pendant quelques minutes. Rien n'est perdu. Réessayez plus tard.",
      "Fichiers qui restent ici pour l'instant : {}. Ils sont ouverts, viennent de changer, sont en conflit, ou un autre appareil compte sur eux pendant quelques minutes. Rien n'est perdu. Réessayez plus tard."
    ],
    "folder-exists": [
      "La maison a déjà un dossier de ce nom. Prenez un autre nom.",
      "La maison a déjà un dossier « {} ». Prenez un autre nom, ou `homefold folder attach` pour y participer."
    ],
    "forbidden": [
      "Seuls les programmes de cet utilisateur peuvent parler au service ; cette demande vient d'ailleurs et a été refusée.",
      "Seuls les programmes de cet utilisateur peuvent parler au service ; cette demande vient d'ailleurs et a été refusée."
    ],
    "incomprehensible": [
      "Le service a répondu d'une façon que ce programme ne comprend pas. Sont-ils de la même version ? `homefold service stop`, puis start, les accorde.",
      "Le service a répondu d'une façon que ce programme ne comprend pas. Sont-ils de la même version ? `homefold service stop`, puis start, les accorde."
    ],
    "internal": [
      "Le service a rencontré une faute de sa part. Vos fichiers sont intacts ; `homefold logs` en dit plus.",
      "Le service a rencontré une faute de sa part. Vos fichiers sont intacts ; `homefold logs` en dit plus."
    ],
    "invitation-expired": [
      "Personne n'est venu à temps et le code n'est plus valable. Faites-en un autre avec `homefold invite`.",
      "Personne n'est venu à temps et le code n'est plus valable. Faites-en un autre avec `homefold invite`."
    ],
    "invitation-over": [
      "L'invitation est terminée : utilisée, retirée ou remplacée par une autre. Faites-en une autre avec `homefold invite`.",
      "L'invitation est terminée : utilisée, retirée ou remplacée par une autre. Faites-en une autre avec `homefold invite`."
    ],
    "inviter-not-found": [
      "Aucun appareil qui invite n'a été trouvé. Vérifiez que `homefold invite` attend sur le même réseau, ou donnez son adresse avec --address.",
      "Aucun appareil qui invite ne répond à {}. Vérifiez que `homefold invite` y attend et que les deux sont sur un même réseau."
    ],
    "last-admin": [
      "C'est le dernier administrateur de la maison. Nommez-en d'abord un autre.",
      "« {} » est le dernier administrateur de la maison et doit le rester. Nommez-en d'abord un autre."
    ],
    "no-fuse": [
      "Le lecteur ne peut pas être monté : FUSE manque à ce système (`apt install fuse3`). Les dossiers marchent sans lui.",
      "Le lecteur ne peut pas être monté sur {} : FUSE manque à ce système (`apt install fuse3`). Les dossiers marchent sans lui."
    ],
    "no-home": [
      "Cet appareil n'a pas encore de maison. `homefold join CODE` en rejoint une, `homefold folder create` ou `homefold invite` en commence une.",
      "Cet appareil n'a pas encore de maison. `homefold join CODE` en rejoint une, `homefold folder create` ou `homefold invite` en commence une."
    ],
    "no-pages": [
      "Cette version de Homefold ne contient pas de pages pour un navigateur. Tout marche en ligne de commande ; `cargo xtask ui build` prépare les pages, puis recompilez.",
      "Cette version de Homefold ne contient pas de pages pour un navigateur. Tout marche en ligne de commande ; `cargo xtask ui build` prépare les pages, puis recompilez."
    ],
    "no-service": [
      "Aucun service ne tourne. Lancez-le avec `homefold service start` ou `homefold service run`.",
      "Aucun service ne tourne pour {}. Lancez-le avec `homefold service start` ou `homefold service run`."
    ],
    "not-allowed": [
      "Le rôle de cet appareil dans la maison ne le permet pas. Faites-le sur un appareil administrateur.",
      "Le rôle de cet appareil dans la maison ne le permet pas. Faites-le sur un appareil administrateur."
    ],
    "not-attached": [
      "Cet appareil ne participe pas au dossier ; `homefold folder attach` le fait participer.",
      "Cet appareil ne participe pas à « {} » ; `homefold folder attach` le fait participer."
    ],
    "not-safe-yet": [
      "Ce qui a été écrit dans le dossier par le lecteur n'est pas encore sur un autre appareil, ou un programme l'a ouvert. Rien n'est perdu et rien n'a été changé. Fermez le programme et attachez le dossier à un répertoire vide, qui emporte tout ; ou attendez que `homefold status` ne montre plus rien qui ne soit pas à l'abri.",
      "Ce qui a été écrit dans « {} » par le lecteur n'est pas encore sur un autre appareil, ou un programme l'a ouvert. Rien n'est perdu et rien n'a été changé. Fermez le programme et attachez le dossier à un répertoire vide, qui emporte tout ; ou attendez que `homefold status` ne montre plus rien qui ne soit pas à l'abri."
    ],
    "nothing-held": [
      "Aucun changement n'est retenu : il n'y a rien à décider.",
      "Aucun changement n'est retenu dans « {} » : il n'y a rien à décider."
    ],
    "stopping": [
      "Le service s'arrête. Ce qui était fini est en sûreté ; réessayez quand il tournera.",
      "Le service s'arrête. Ce qui était fini est en sûreté ; réessayez quand il tournera."
    ],
    "timed-out": [
      "Pas fini dans le temps donné. Le travail continue en arrière-plan ; `homefold status` montre où il en est.",
      "Pas fini dans le temps donné : {}. Le travail continue en arrière-plan ; `homefold status` montre où il en est."
    ],
    "turned-away": [
      "Le code ou les chiffres étaient bons, mais l'autre appareil n'a pas accepté celui-ci. Un appareil retiré d'une maison ne peut pas y revenir tel quel : arrêtez ce service, lancez-le avec un répertoire de données vide (`--data-dir DIR`) et rejoignez la maison de là ; vos fichiers restent en place.",
      "Le code ou les chiffres étaient bons, mais l'autre appareil n'a pas accepté celui-ci. Un appareil retiré d'une maison ne peut pas y revenir tel quel : arrêtez ce service, lancez-le avec un répertoire de données vide (`--data-dir DIR`) et rejoignez la maison de là ; vos fichiers restent en place."
    ],
    "unauthorized": [
      "Ce client n'a pas de jeton valable. Rouvrez l'interface depuis cet ordinateur.",
      "Ce client n'a pas de jeton valable. Rouvrez l'interface depuis cet ordinateur."
    ],
    "unknown-conflict": [
      "Il n'y a pas ce conflit ; il est peut-être déjà résolu.",
      "Il n'y a pas de conflit {} ; il est peut-être déjà résolu. `homefold conflict list` montre ceux qui restent."
    ],
    "unknown-device": [
      "La maison n'a pas cet appareil ; `homefold device list` montre ceux qu'elle a.",
      "La maison n'a pas d'appareil « {} » ; `homefold device list` montre ceux qu'elle a."
    ],
    "unknown-entry": [
      "Il n'y a rien à cet endroit.",
      "Il n'y a rien à « {} ». C'est peut-être déplacé ou supprimé : `homefold history` montre ce qui s'y trouvait."
    ],
    "unknown-folder": [
      "La maison n'a pas ce dossier ; `homefold folder list` montre ceux qu'elle a.",
      "La maison n'a pas de dossier « {} » ; `homefold folder list` montre ceux qu'elle a."
    ],
    "unknown-policy": [
      "Il n'y a pas cette règle ou cette cible ; `homefold policy show` les montre.",
      "Il n'y a pas de règle ni de cible « {} » ; `homefold policy show` les montre."
    ],
    "unknown-version": [
      "L'archive n'a pas cette version ; `homefold history` montre celles qu'elle a.",
      "L'archive n'a pas de version {} ; `homefold history` montre celles qu'elle a."
    ],
    "unreachable": [
      "L'autre appareil n'est pas joignable. Rien n'a été modifié ; réessayez quand il sera allumé.",
      "« {} » n'est pas joignable. Rien n'a été modifié ; réessayez quand il sera allumé."
    ],
    "unsupported": [
      "Cette version de Homefold ne sait pas le faire.",
      "Cette version de Homefold ne sait pas le faire : {}."
    ],
    "weak-password": [
      "Un mot de passe a au moins 10 caractères. Rien n'a été modifié.",
      "Un mot de passe a au moins 10 caractères. Rien n'a été modifié."
    ],
    "wrong-code": [
      "Le code est faux. Rien n'a été modifié ; relisez-le sur l'appareil qui invite : après trois essais faux il n'est plus valable.",
      "Le code est faux. Rien n'a été modifié ; relisez-le sur l'appareil qui invite : après trois essais faux il n'est plus valable."
    ]
  },
  "problems": {
    "busy": "il change sans cesse ; cela reprend quand il se calme",
    "collision": "un autre nom ne diffère que par les majuscules ou les accents ; renommez l'un des deux",
    "corrupt": "aucun appareil ne l'a envoyé intact ; d'autres sont essayés",
    "denied": "vous ne pouvez pas le lire ou l'écrire ; changez ses permissions",
    "disk-error": "le disque signale une erreur ; vérifiez le disque",
    "disk-full": "il n'y a plus de place sur le disque ; cela reprend dès qu'il y en a",
    "name": "tous les systèmes n'admettent pas ce nom ; renommez-le sur l'appareil où il a été créé",
    "no-watch": "ce disque ne signale pas les changements ; des relectures les trouvent",
    "obstructed": "un fichier et un répertoire veulent le même nom ; renommez l'un des deux",
    "read-only": "le disque est en lecture seule ; cela reprend dès qu'on peut y écrire",
    "refused": "cet appareil ne fait que lire ici ; les autres ne reprennent pas le changement",
    "root-missing": "son répertoire a disparu, est vide ou sur un autre disque ; rien n'est supprimé ailleurs, remettez-le",
    "unsupported": "ce n'est ni un fichier, ni un répertoire, ni un lien ; il reste sur cet appareil seul",
    "watch-limit": "le système ne peut surveiller tant de répertoires ; des relectures trouvent les changements, augmentez fs.inotify.max_user_watches"
  },
  "held": {
    "mass-delete": "beaucoup de fichiers ont été supprimés en peu de temps",
    "root-denied": "le répertoire du dossier ne peut pas être lu, ou son disque ne garde pas ce qu'on y écrit",
    "root-elsewhere": "le répertoire du dossier est sur un autre volume qu'avant",
    "root-emptied": "le répertoire du dossier a été vidé ou remplacé",
    "root-missing": "le répertoire du dossier a disparu"
  },
  "policies": {
    "archive.days": "nombre de jours pendant lesquels les versions remplacées et supprimées sont gardées",
    "archive.min_days": "nombre de jours pendant lesquels les versions sont gardées même si elles prennent plus",
    "archive.share": "la plus grande part du disque que prennent les versions gardées",
    "brake.on": "si les suppressions en masse sont retenues jusqu'à ce que quelqu'un les ait vues",
    "cache": "la place des fichiers qui ne sont pas gardés : une part de ce qui est libre, ou des octets",
    "copies": "autres appareils qui doivent avoir un fichier avant qu'un appareil y renonce",
    "keep": "si les fichiers restent sur l'appareil : selon son mode (mode), toujours (always), au besoin (auto), jamais (never)",
    "notices.on": "si le bureau annonce les conflits, les disques pleins et autres",
    "rate.down": "le plus qui vient des autres appareils en une seconde : des octets, ou none pour ne pas limiter",
    "rate.up": "le plus qui va aux autres appareils en une seconde : des octets, ou none pour ne pas limiter",
    "read.budget": "le plus qui est récupéré pour un processus en une minute : des octets, ou none pour ne pas limiter",
    "read.deadline": "nombre de secondes après lesquelles lire ce qui est sur un autre appareil échoue",
    "read.spared": "programmes pour lesquels rien n'est récupéré : des noms avec des virgules, none, ou default pour les vignettes, les indexeurs et les antivirus"
  }
} as const;
