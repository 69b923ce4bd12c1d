//! French.

use super::Sentence;
use crate::error::ErrorCode;
use crate::words::{HeldCause, Problem};

/// A sentence for every error, in the order of the codes.
pub(super) const SENTENCES: [Sentence; ErrorCode::ALL.len()] = [
    Sentence {
        code: ErrorCode::BadRequest,
        about: Some("La demande n'a pas de sens : {}. Rien n'a été modifié."),
        plain: "La demande n'a pas de sens. Rien n'a été modifié.",
    },
    Sentence {
        code: ErrorCode::Unauthorized,
        about: None,
        plain: "Ce client n'a pas de jeton valable. Rouvrez l'interface depuis cet ordinateur.",
    },
    Sentence {
        code: ErrorCode::Forbidden,
        about: None,
        plain: "Seuls les programmes de cet utilisateur peuvent parler au service ; cette demande vient d'ailleurs et a été refusée.",
    },
    Sentence {
        code: ErrorCode::NotAllowed,
        about: None,
        plain: "Le rôle de cet appareil dans la maison ne le permet pas. Faites-le sur un appareil administrateur.",
    },
    Sentence {
        code: ErrorCode::NoHome,
        about: None,
        plain: "Cet appareil n'a pas encore de maison. `homefold join CODE` en rejoint une, `homefold folder create` ou `homefold invite` en commence une.",
    },
    Sentence {
        code: ErrorCode::AlreadyInHome,
        about: None,
        plain: "Cet appareil appartient déjà à une maison avec d'autres appareils. Retirez-l'en d'abord ; ses fichiers restent en place.",
    },
    Sentence {
        code: ErrorCode::UnknownFolder,
        about: Some(
            "La maison n'a pas de dossier « {} » ; `homefold folder list` montre ceux qu'elle a.",
        ),
        plain: "La maison n'a pas ce dossier ; `homefold folder list` montre ceux qu'elle a.",
    },
    Sentence {
        code: ErrorCode::FolderExists,
        about: Some(
            "La maison a déjà un dossier « {} ». Prenez un autre nom, ou `homefold folder attach` pour y participer.",
        ),
        plain: "La maison a déjà un dossier de ce nom. Prenez un autre nom.",
    },
    Sentence {
        code: ErrorCode::BadName,
        about: Some(
            "« {} » ne peut pas être un nom : il faut 1 à 255 octets sans « / » ni caractère de contrôle, et ni « . » ni « .. ».",
        ),
        plain: "Ce ne peut pas être un nom : 1 à 255 octets sans « / » ni caractère de contrôle.",
    },
    Sentence {
        code: ErrorCode::AlreadyAttached,
        about: Some(
            "Cet appareil participe déjà à « {} ». Pour le mettre ailleurs, détachez-le d'abord ; vos fichiers restent en place.",
        ),
        plain: "Cet appareil participe déjà au dossier.",
    },
    Sentence {
        code: ErrorCode::NotAttached,
        about: Some(
            "Cet appareil ne participe pas à « {} » ; `homefold folder attach` le fait participer.",
        ),
        plain: "Cet appareil ne participe pas au dossier ; `homefold folder attach` le fait participer.",
    },
    Sentence {
        code: ErrorCode::NotSafeYet,
        about: Some(
            "Ce qui a été écrit dans « {} » par le lecteur n'est pas encore sur un autre appareil, ou un programme l'a ouvert. Rien n'est perdu et rien n'a été changé. Fermez le programme et attachez le dossier à un répertoire vide, qui emporte tout ; ou attendez que `homefold status` ne montre plus rien qui ne soit pas à l'abri.",
        ),
        plain: "Ce qui a été écrit dans le dossier par le lecteur n'est pas encore sur un autre appareil, ou un programme l'a ouvert. Rien n'est perdu et rien n'a été changé. Fermez le programme et attachez le dossier à un répertoire vide, qui emporte tout ; ou attendez que `homefold status` ne montre plus rien qui ne soit pas à l'abri.",
    },
    Sentence {
        code: ErrorCode::DirectoryUnusable,
        about: Some(
            "Le répertoire {} n'est pas utilisable : il faut un répertoire où vous pouvez écrire. Rien n'a été modifié.",
        ),
        plain: "Le répertoire n'est pas utilisable : il faut un répertoire où vous pouvez écrire. Rien n'a été modifié.",
    },
    Sentence {
        code: ErrorCode::DirectoryTaken,
        about: Some(
            "Le répertoire {} est, contient ou se trouve dans un répertoire déjà partagé, ou celui du service. Choisissez-en un autre.",
        ),
        plain: "Le répertoire recouvre un répertoire déjà partagé, ou celui du service. Choisissez-en un autre.",
    },
    Sentence {
        code: ErrorCode::NoFuse,
        about: Some(
            "Le lecteur ne peut pas être monté sur {} : FUSE manque à ce système (`apt install fuse3`). Les dossiers marchent sans lui.",
        ),
        plain: "Le lecteur ne peut pas être monté : FUSE manque à ce système (`apt install fuse3`). Les dossiers marchent sans lui.",
    },
    Sentence {
        code: ErrorCode::DriveMounted,
        about: Some(
            "Rien n'a été monté sur {} : quelque chose y est monté, ou le lecteur l'est déjà. `homefold drive unmount` le démonte.",
        ),
        plain: "Rien n'a été monté : quelque chose y est monté, ou le lecteur l'est déjà. `homefold drive unmount` le démonte.",
    },
    Sentence {
        code: ErrorCode::UnknownDevice,
        about: Some(
            "La maison n'a pas d'appareil « {} » ; `homefold device list` montre ceux qu'elle a.",
        ),
        plain: "La maison n'a pas cet appareil ; `homefold device list` montre ceux qu'elle a.",
    },
    Sentence {
        code: ErrorCode::AmbiguousDevice,
        about: Some(
            "Plusieurs appareils correspondent à « {} ». Donnez plus de caractères de l'identifiant ; `homefold device list` les montre.",
        ),
        plain: "Plusieurs appareils correspondent. Donnez plus de caractères de l'identifiant.",
    },
    Sentence {
        code: ErrorCode::LastAdmin,
        about: Some(
            "« {} » est le dernier administrateur de la maison et doit le rester. Nommez-en d'abord un autre.",
        ),
        plain: "C'est le dernier administrateur de la maison. Nommez-en d'abord un autre.",
    },
    Sentence {
        code: ErrorCode::UnknownEntry,
        about: Some(
            "Il n'y a rien à « {} ». C'est peut-être déplacé ou supprimé : `homefold history` montre ce qui s'y trouvait.",
        ),
        plain: "Il n'y a rien à cet endroit.",
    },
    Sentence {
        code: ErrorCode::UnknownConflict,
        about: Some(
            "Il n'y a pas de conflit {} ; il est peut-être déjà résolu. `homefold conflict list` montre ceux qui restent.",
        ),
        plain: "Il n'y a pas ce conflit ; il est peut-être déjà résolu.",
    },
    Sentence {
        code: ErrorCode::UnknownVersion,
        about: Some(
            "L'archive n'a pas de version {} ; `homefold history` montre celles qu'elle a.",
        ),
        plain: "L'archive n'a pas cette version ; `homefold history` montre celles qu'elle a.",
    },
    Sentence {
        code: ErrorCode::EntryExists,
        about: Some(
            "Il y a déjà quelque chose à « {} », laissé intact. Choisissez un autre endroit avec --to.",
        ),
        plain: "Il y a déjà quelque chose à cet endroit, laissé intact. Choisissez-en un autre.",
    },
    Sentence {
        code: ErrorCode::UnknownPolicy,
        about: Some(
            "Il n'y a pas de règle ni de cible « {} » ; `homefold policy show` les montre.",
        ),
        plain: "Il n'y a pas cette règle ou cette cible ; `homefold policy show` les montre.",
    },
    Sentence {
        code: ErrorCode::BadPolicyValue,
        about: Some("« {} » n'est pas une valeur de cette règle. Rien n'a été modifié."),
        plain: "Ce n'est pas une valeur de cette règle. Rien n'a été modifié.",
    },
    Sentence {
        code: ErrorCode::NothingHeld,
        about: Some("Aucun changement n'est retenu dans « {} » : il n'y a rien à décider."),
        plain: "Aucun changement n'est retenu : il n'y a rien à décider.",
    },
    Sentence {
        code: ErrorCode::WrongCode,
        about: None,
        plain: "Le code est faux. Rien n'a été modifié ; relisez-le sur l'appareil qui invite : après trois essais faux il n'est plus valable.",
    },
    Sentence {
        code: ErrorCode::InvitationOver,
        about: None,
        plain: "L'invitation est terminée : utilisée, retirée ou remplacée par une autre. Faites-en une autre avec `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::WeakPassword,
        about: None,
        plain: "Un mot de passe a au moins 10 caractères. Rien n'a été modifié.",
    },
    Sentence {
        code: ErrorCode::AddressUnusable,
        about: Some(
            "L'adresse {} ne peut pas être ouverte : ce doit être une adresse de cet ordinateur, comme 0.0.0.0:22781, et libre.",
        ),
        plain: "Cette adresse ne peut pas être ouverte : ce doit être une adresse de cet ordinateur, comme 0.0.0.0:22781, et libre.",
    },
    Sentence {
        code: ErrorCode::CodeExpired,
        about: None,
        plain: "Le temps du code est écoulé. Rien n'a été modifié ; faites-en un autre avec `homefold invite` sur l'autre appareil.",
    },
    Sentence {
        code: ErrorCode::CodeTriedOut,
        about: None,
        plain: "C'était le troisième code faux, et le bon n'est plus valable non plus. Rien n'a été modifié ; faites-en un autre avec `homefold invite` sur l'autre appareil.",
    },
    Sentence {
        code: ErrorCode::TurnedAway,
        about: None,
        plain: "Le code ou les chiffres étaient bons, mais l'autre appareil n'a pas accepté celui-ci. Un appareil retiré d'une maison ne peut pas y revenir tel quel : arrêtez ce service, lancez-le avec un répertoire de données vide (`--data-dir DIR`) et rejoignez la maison de là ; vos fichiers restent en place.",
    },
    Sentence {
        code: ErrorCode::Declined,
        about: None,
        plain: "Quelqu'un a répondu que les chiffres ne sont pas les mêmes. Rien n'a été partagé. Recommencez, ou utilisez le code de `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::ComparisonOver,
        about: None,
        plain: "Les chiffres n'ont pas été confirmés à temps sur les deux appareils. Rien n'a été partagé. Demandez à nouveau, ou utilisez le code de `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::InviterNotFound,
        about: Some(
            "Aucun appareil qui invite ne répond à {}. Vérifiez que `homefold invite` y attend et que les deux sont sur un même réseau.",
        ),
        plain: "Aucun appareil qui invite n'a été trouvé. Vérifiez que `homefold invite` attend sur le même réseau, ou donnez son adresse avec --address.",
    },
    Sentence {
        code: ErrorCode::Unreachable,
        about: Some(
            "« {} » n'est pas joignable. Rien n'a été modifié ; réessayez quand il sera allumé.",
        ),
        plain: "L'autre appareil n'est pas joignable. Rien n'a été modifié ; réessayez quand il sera allumé.",
    },
    Sentence {
        code: ErrorCode::ContentUnavailable,
        about: Some(
            "Le contenu de « {} » n'est sur aucun appareil joignable. Rien n'est perdu : `homefold where` montre lequel allumer.",
        ),
        plain: "Le contenu n'est sur aucun appareil joignable. Rien n'est perdu : `homefold where` montre lequel allumer.",
    },
    Sentence {
        code: ErrorCode::CopiesNeeded,
        about: Some(
            "Fichiers qui restent ici : {}. Trop peu d'autres appareils joignables ont promis de les garder. Rien n'est perdu. Allumez un appareil qui garde le dossier, attendez qu'il soit à jour et réessayez.",
        ),
        plain: "Les fichiers restent ici : trop peu d'autres appareils joignables ont promis de les garder. Rien n'est perdu. Allumez un appareil qui garde le dossier, attendez qu'il soit à jour et réessayez.",
    },
    Sentence {
        code: ErrorCode::FilesInUse,
        about: Some(
            "Fichiers qui restent ici pour l'instant : {}. Ils sont ouverts, viennent de changer, sont en conflit, ou un autre appareil compte sur eux pendant quelques minutes. Rien n'est perdu. Réessayez plus tard.",
        ),
        plain: "Les fichiers restent ici pour l'instant : ils sont ouverts, viennent de changer, sont en conflit, ou un autre appareil compte sur eux pendant quelques minutes. Rien n'est perdu. Réessayez plus tard.",
    },
    Sentence {
        code: ErrorCode::DiskFull,
        about: Some(
            "Il n'y a plus de place sur le disque pour « {} ». Ce qui s'y trouve est en sûreté ; libérez de la place et réessayez.",
        ),
        plain: "Il n'y a plus de place sur le disque. Ce qui s'y trouve est en sûreté ; libérez de la place et réessayez.",
    },
    Sentence {
        code: ErrorCode::DiskError,
        about: Some("Le disque signale une erreur à « {} ». Rien n'a été modifié."),
        plain: "Le disque signale une erreur. Rien n'a été modifié.",
    },
    Sentence {
        code: ErrorCode::Unsupported,
        about: Some("Cette version de Homefold ne sait pas le faire : {}."),
        plain: "Cette version de Homefold ne sait pas le faire.",
    },
    Sentence {
        code: ErrorCode::NoPages,
        about: None,
        plain: "Cette version de Homefold ne contient pas de pages pour un navigateur. Tout marche en ligne de commande ; `cargo xtask ui build` prépare les pages, puis recompilez.",
    },
    Sentence {
        code: ErrorCode::Busy,
        about: None,
        plain: "Trop de choses à la fois. Rien n'a été modifié ; réessayez dans un instant.",
    },
    Sentence {
        code: ErrorCode::TimedOut,
        about: Some(
            "Pas fini dans le temps donné : {}. Le travail continue en arrière-plan ; `homefold status` montre où il en est.",
        ),
        plain: "Pas fini dans le temps donné. Le travail continue en arrière-plan ; `homefold status` montre où il en est.",
    },
    Sentence {
        code: ErrorCode::InvitationExpired,
        about: None,
        plain: "Personne n'est venu à temps et le code n'est plus valable. Faites-en un autre avec `homefold invite`.",
    },
    Sentence {
        code: ErrorCode::Stopping,
        about: None,
        plain: "Le service s'arrête. Ce qui était fini est en sûreté ; réessayez quand il tournera.",
    },
    Sentence {
        code: ErrorCode::Internal,
        about: None,
        plain: "Le service a rencontré une faute de sa part. Vos fichiers sont intacts ; `homefold logs` en dit plus.",
    },
    Sentence {
        code: ErrorCode::NoService,
        about: Some(
            "Aucun service ne tourne pour {}. Lancez-le avec `homefold service start` ou `homefold service run`.",
        ),
        plain: "Aucun service ne tourne. Lancez-le avec `homefold service start` ou `homefold service run`.",
    },
    Sentence {
        code: ErrorCode::Incomprehensible,
        about: None,
        plain: "Le service a répondu d'une façon que ce programme ne comprend pas. Sont-ils de la même version ? `homefold service stop`, puis start, les accorde.",
    },
];

/// Why something waits and what ends the waiting.
pub(super) fn problem(problem: Problem) -> &'static str {
    match problem {
        Problem::DiskFull => "il n'y a plus de place sur le disque ; cela reprend dès qu'il y en a",
        Problem::ReadOnly => {
            "le disque est en lecture seule ; cela reprend dès qu'on peut y écrire"
        }
        Problem::Denied => "vous ne pouvez pas le lire ou l'écrire ; changez ses permissions",
        Problem::DiskError => "le disque signale une erreur ; vérifiez le disque",
        Problem::Name => {
            "tous les systèmes n'admettent pas ce nom ; renommez-le sur l'appareil où il a été créé"
        }
        Problem::Collision => {
            "un autre nom ne diffère que par les majuscules ou les accents ; renommez l'un des deux"
        }
        Problem::Obstructed => {
            "un fichier et un répertoire veulent le même nom ; renommez l'un des deux"
        }
        Problem::Unsupported => {
            "ce n'est ni un fichier, ni un répertoire, ni un lien ; il reste sur cet appareil seul"
        }
        Problem::Busy => "il change sans cesse ; cela reprend quand il se calme",
        Problem::Refused => {
            "cet appareil ne fait que lire ici ; les autres ne reprennent pas le changement"
        }
        Problem::Corrupt => "aucun appareil ne l'a envoyé intact ; d'autres sont essayés",
        Problem::RootMissing => {
            "son répertoire a disparu, est vide ou sur un autre disque ; rien n'est supprimé ailleurs, remettez-le"
        }
        Problem::WatchLimit => {
            "le système ne peut surveiller tant de répertoires ; des relectures trouvent les changements, augmentez fs.inotify.max_user_watches"
        }
        Problem::NoWatch => {
            "ce disque ne signale pas les changements ; des relectures les trouvent"
        }
    }
}

/// Why a batch of changes is held.
pub(super) fn held(cause: HeldCause) -> &'static str {
    match cause {
        HeldCause::MassDelete => "beaucoup de fichiers ont été supprimés en peu de temps",
        HeldCause::RootMissing => "le répertoire du dossier a disparu",
        HeldCause::RootEmptied => "le répertoire du dossier a été vidé ou remplacé",
        HeldCause::RootElsewhere => "le répertoire du dossier est sur un autre volume qu'avant",
        HeldCause::RootDenied => {
            "le répertoire du dossier ne peut pas être lu, ou son disque ne garde pas ce qu'on y écrit"
        }
    }
}

/// Why a connection ended, by the service's own words.
pub(super) const PARTINGS: [(&str, &str); 8] = [
    ("it left", "il est parti"),
    ("it went silent", "il ne répond plus"),
    ("a newer connection took over", "une connexion plus récente l'a remplacé"),
    ("it was cut off here", "coupé ici"),
    ("it does not take this device for a member", "il ne reconnaît pas cet appareil comme membre"),
    ("it took nothing for too long", "il n'a rien pris pendant trop longtemps"),
    ("it broke the protocol", "il n'a pas respecté le protocole"),
    ("this device left", "cet appareil est parti"),
];

/// What each policy does.
pub(super) const POLICIES: [(&str, &str); 13] = [
    (
        "archive.days",
        "nombre de jours pendant lesquels les versions remplacées et supprimées sont gardées",
    ),
    ("archive.share", "la plus grande part du disque que prennent les versions gardées"),
    (
        "archive.min_days",
        "nombre de jours pendant lesquels les versions sont gardées même si elles prennent plus",
    ),
    (
        "keep",
        "si les fichiers restent sur l'appareil : selon son mode (mode), toujours (always), au besoin (auto), jamais (never)",
    ),
    (
        "cache",
        "la place des fichiers qui ne sont pas gardés : une part de ce qui est libre, ou des octets",
    ),
    ("copies", "autres appareils qui doivent avoir un fichier avant qu'un appareil y renonce"),
    (
        "brake.on",
        "si les suppressions en masse sont retenues jusqu'à ce que quelqu'un les ait vues",
    ),
    (
        "read.deadline",
        "nombre de secondes après lesquelles lire ce qui est sur un autre appareil échoue",
    ),
    (
        "read.spared",
        "programmes pour lesquels rien n'est récupéré : des noms avec des virgules, none, ou default pour \
         les vignettes, les indexeurs et les antivirus",
    ),
    (
        "read.budget",
        "le plus qui est récupéré pour un processus en une minute : des octets, ou none pour ne pas limiter",
    ),
    (
        "rate.down",
        "le plus qui vient des autres appareils en une seconde : des octets, ou none pour ne pas limiter",
    ),
    (
        "rate.up",
        "le plus qui va aux autres appareils en une seconde : des octets, ou none pour ne pas limiter",
    ),
    ("notices.on", "si le bureau annonce les conflits, les disques pleins et autres"),
];
