//! The help in French. Options, words and paths stay as they are typed.

use super::Page;

/// Arguments that every command takes.
pub(super) const EVERYWHERE: &[(&str, &str)] = &[
    (
        "data_dir",
        "Tout ce que cet appareil sait : clé, index, coffre, journaux, socket [par défaut : l'endroit que le système prévoit pour chaque utilisateur]",
    ),
    ("json", "La sortie standard est exactement un document JSON (flux : un par ligne)"),
];

/// Every command.
pub(super) const PAGES: &[Page] = &[
    Page {
        path: "",
        about: "Garde des dossiers identiques entre vos appareils, directement et chiffré, sans serveur",
        after: "\
Exemples :
  homefold service run --name portable   lance le service ici et maintenant
  homefold folder create Photos ~/Photos partage un répertoire
  homefold invite                        sur un appareil de la maison : montre un code
  homefold join 12345678                 sur l'autre : prend le code
  homefold folder attach Photos          y avoir aussi le dossier
  homefold wait && homefold status       jusqu'à ce que tout soit partout

Codes de sortie : 0 fait, 1 échec, 2 mauvais usage, 3 aucun service ne tourne, 4 délai dépassé.",
        arguments: &[],
    },
    Page {
        path: "service",
        about: "Lance le service, ou laisse le système le faire pour vous",
        after: "\
Exemples :
  homefold service run --name portable       au premier plan, jusqu'à Ctrl-C
  homefold service install                   dès la prochaine ouverture de session
  homefold service start                     maintenant
  homefold --data-dir /srv/hf service run --listen 0.0.0.0:22700",
        arguments: &[],
    },
    Page {
        path: "service run",
        about: "Lance le service au premier plan. La première fois, crée le répertoire de données et la clé de l'appareil. Écrit `ready id=… listen=… api=…` dès qu'il répond",
        after: "",
        arguments: &[
            ("name", "Le nom de cet appareil [par défaut : celui de l'ordinateur]"),
            ("listen", "Où les autres appareils trouvent celui-ci ; le port 0 en prend un libre"),
            (
                "api",
                "Répond aussi ici aux clients web, de cet ordinateur seulement et avec un jeton ; le port 0 en prend un libre",
            ),
            ("no_discovery", "Ne cherche pas d'autres appareils sur le réseau local et ne s'y montre pas"),
        ],
    },
    Page {
        path: "service install",
        about: "Fait lancer le service par le système à chaque ouverture de session de cet utilisateur",
        after: "",
        arguments: &[],
    },
    Page {
        path: "service uninstall",
        about: "Le retire du système. Fichiers et réglages restent",
        after: "",
        arguments: &[],
    },
    Page {
        path: "service start",
        about: "Lance maintenant le service installé",
        after: "",
        arguments: &[],
    },
    Page { path: "service stop", about: "Arrête le service installé", after: "", arguments: &[] },
    Page {
        path: "id",
        about: "Montre l'identifiant et le nom de cet appareil",
        after: "",
        arguments: &[],
    },
    Page {
        path: "status",
        about: "Montre où en sont les choses : dossiers, appareils, ce qui bouge, ce qui attend et pourquoi",
        after: "",
        arguments: &[],
    },
    Page {
        path: "invite",
        about: "Invite un appareil dans la maison : écrit un code, puis attend qu'il l'ait rejointe",
        after: "\
La première ligne est le code : 8 chiffres, bons pour un appareil et trois essais. La commande
attend ensuite ; Ctrl-C retire l'invitation.

Exemples :
  homefold invite                            un autre appareil à vous
  homefold invite --role reader              un appareil qui regarde sans modifier
  homefold invite --expires 2h",
        arguments: &[
            (
                "role",
                "Ce que l'appareil pourra faire : admin (fichiers et maison), member (fichiers), reader (regarder), storage (garder des copies), portal (utiliser, ne rien garder)",
            ),
            ("expires", "Combien de temps le code est bon, un jour au plus"),
        ],
    },
    Page {
        path: "join",
        about: "Rejoint la maison de l'appareil qui montre un code",
        after: "\
Exemples :
  homefold join 12345678
  homefold join 12345678 --address 192.168.1.20:22700
  homefold join -                            lit le code sur l'entrée standard",
        arguments: &[
            (
                "code",
                "Le code que `homefold invite` montre sur l'autre appareil ; `-` le lit sur l'entrée standard",
            ),
            ("address", "Où est l'autre appareil, s'il n'est pas trouvé tout seul"),
        ],
    },
    Page {
        path: "device",
        about: "Liste, renomme, retire des appareils, dit ce qu'ils peuvent faire, les met en pause et les reprend",
        after: "\
Un appareil se désigne par son nom, son identifiant ou tout début d'identifiant sans équivoque.

Exemples :
  homefold device list
  homefold device rename K3QF portable
  homefold device role tablette reader      elle peut lire ; ce qu'elle modifie est refusé
  homefold device pause portable
  homefold device remove vieux-telephone",
        arguments: &[],
    },
    Page {
        path: "device list",
        about: "Liste les appareils de la maison, celui-ci d'abord",
        after: "",
        arguments: &[],
    },
    Page {
        path: "device rename",
        about: "Donne un autre nom à un appareil",
        after: "",
        arguments: &[("device", "L'appareil"), ("name", "Son nouveau nom")],
    },
    Page {
        path: "device role",
        about: "Change ce qu'un appareil peut faire : admin (fichiers et maison), member (fichiers), reader (regarder), storage (garder des copies), portal (utiliser, ne rien garder). Il reste toujours un admin",
        after: "",
        arguments: &[("device", "L'appareil"), ("role", "Ce qu'il peut faire désormais")],
    },
    Page {
        path: "device remove",
        about: "Retire un appareil de la maison : il est coupé partout et n'apprend plus rien. Dit ce que cela coûte et demande",
        after: "",
        arguments: &[("device", "L'appareil"), ("yes", "Ne pas demander")],
    },
    Page {
        path: "device pause",
        about: "Arrête les échanges entre cet appareil et un autre",
        after: "",
        arguments: &[("device", "L'appareil")],
    },
    Page {
        path: "device resume",
        about: "Laisse reprendre les échanges avec un appareil en pause",
        after: "",
        arguments: &[("device", "L'appareil")],
    },
    Page {
        path: "folder",
        about: "Partage des dossiers, y participe, et décide des changements retenus",
        after: "\
Exemples :
  homefold folder create Photos ~/Images         partage un répertoire
  homefold folder attach Photos ~/Images         y participe sur un autre appareil
  homefold folder detach Photos                  n'y participe plus ; les fichiers restent
  homefold folder release Photos                 laisse passer les changements retenus
  homefold folder undo Photos                    remet plutôt les fichiers en place",
        arguments: &[],
    },
    Page {
        path: "folder create",
        about: "Partage un répertoire : son contenu devient le premier du dossier",
        after: "",
        arguments: &[
            ("name", "Le nom du dossier dans la maison"),
            ("path", "Le répertoire [par défaut : du nom du dossier, dans votre répertoire personnel]"),
        ],
    },
    Page {
        path: "folder attach",
        about: "Participe à un dossier de la maison. Ce que le répertoire contient déjà est fusionné ; rien n'est supprimé",
        after: "",
        arguments: &[
            ("name", "Le dossier"),
            ("path", "Le répertoire [par défaut : du nom du dossier, dans votre répertoire personnel]"),
            (
                "mode",
                "Ce que cet appareil en garde : clone (chaque fichier), stream (ce qui sert), storage (des copies scellées pour les autres), portal (rien)",
            ),
        ],
    },
    Page {
        path: "folder list",
        about: "Liste les dossiers de la maison",
        after: "",
        arguments: &[],
    },
    Page {
        path: "folder mode",
        about: "Change ce que cet appareil garde d'un dossier",
        after: "",
        arguments: &[("name", "Le dossier"), ("mode", "Le nouveau mode")],
    },
    Page {
        path: "folder rescan",
        about: "Relit tout le répertoire d'un dossier",
        after: "",
        arguments: &[("name", "Le dossier")],
    },
    Page {
        path: "folder detach",
        about: "Ne participe plus à un dossier ; les fichiers d'ici restent en place",
        after: "",
        arguments: &[("name", "Le dossier")],
    },
    Page {
        path: "folder delete",
        about: "Met fin à un dossier pour toute la maison ; chaque appareil garde les fichiers qu'il a. Demande d'abord",
        after: "",
        arguments: &[("name", "Le dossier"), ("yes", "Ne pas demander")],
    },
    Page {
        path: "folder release",
        about: "Laisse passer les changements retenus",
        after: "",
        arguments: &[("name", "Le dossier")],
    },
    Page {
        path: "folder undo",
        about: "Remet en place les fichiers des changements retenus",
        after: "",
        arguments: &[("name", "Le dossier")],
    },
    Page {
        path: "keep",
        about: "Garde une partie d'un dossier sur cet appareil : ce qui manque est cherché, et ce qui y arrive aussi",
        after: "",
        arguments: &[("place", "La partie, aussi comme chemin de cet ordinateur")],
    },
    Page {
        path: "free",
        about: "Rend la place que prend une partie d'un dossier sur cet appareil. Les fichiers restent dans le dossier ; ce que trop peu d'autres appareils ont reste ici",
        after: "",
        arguments: &[("place", "La partie, aussi comme chemin de cet ordinateur")],
    },
    Page {
        path: "ls",
        about: "Liste un répertoire d'un dossier, et ce que cet appareil a de chaque entrée",
        after: "",
        arguments: &[("place", "Le répertoire")],
    },
    Page {
        path: "cat",
        about: "Écrit les octets d'un fichier sur la sortie standard, où qu'ils soient",
        after: "\
Exemples :
  homefold cat Photos/2026/a.jpg > a.jpg               même s'il n'est que sur un autre appareil
  homefold cat Logs/big.log --offset 1000 --count 80   80 octets à partir de l'octet 1000",
        arguments: &[
            ("place", "Le fichier"),
            ("offset", "Le premier octet"),
            ("count", "Combien d'octets au plus"),
        ],
    },
    Page {
        path: "where",
        about: "Montre quels appareils ont le contenu d'une entrée",
        after: "",
        arguments: &[("place", "L'entrée")],
    },
    Page {
        path: "conflict",
        about: "Liste et résout les conflits",
        after: "\
Un conflit a une version en place et une gardée à part ; rien n'est perdu tant que vous n'avez
pas décidé, et la version que vous ne gardez pas va dans l'archive.

Exemples :
  homefold conflict list
  homefold conflict resolve 00c0ffee00c0ffee --keep both",
        arguments: &[],
    },
    Page {
        path: "conflict list",
        about: "Liste les conflits qui vous attendent",
        after: "",
        arguments: &[],
    },
    Page {
        path: "conflict resolve",
        about: "En décide un",
        after: "",
        arguments: &[
            ("id", "Son identifiant, comme `conflict list` le montre"),
            (
                "keep",
                "mine (la version écrite par cet appareil, sinon celle en place), theirs (l'autre) ou both (celle en place reste, l'autre va à côté sous un second nom)",
            ),
        ],
    },
    Page {
        path: "history",
        about: "Liste les versions anciennes ou supprimées d'une entrée que l'archive a encore",
        after: "",
        arguments: &[("place", "L'entrée, aussi comme chemin de cet ordinateur ; elle peut être supprimée")],
    },
    Page {
        path: "restore",
        about: "Remet en place une version de l'archive",
        after: "\
Exemples :
  homefold history Photos/plage.jpg
  homefold restore Photos/plage.jpg --version 11aa22bb
  homefold restore Photos/plage.jpg --version 11aa22bb --to 'anciennes/plage.jpg'",
        arguments: &[
            ("place", "L'entrée"),
            ("version", "Quelle version, comme `history` la montre"),
            ("to", "Où la mettre, dans le même dossier [par défaut : où elle était]"),
        ],
    },
    Page {
        path: "plan",
        about: "Montre ce que la maison va déplacer, en fichiers, en octets et en temps",
        after: "",
        arguments: &[("folder", "Seulement ce dossier")],
    },
    Page {
        path: "policy",
        about: "Montre, fixe et retire des règles",
        after: "\
Une cible est home, device:D, folder:F, pod:F@D (la part de l'appareil D dans le dossier F) ou
path:F/P. La plus précise l'emporte.

Exemples :
  homefold policy show                   ce qui vaut pour toute la maison
  homefold policy show folder:Photos     ce qui vaut là, et d'où vient chaque valeur
  homefold policy set home archive.days 60
  homefold policy unset home archive.days",
        arguments: &[],
    },
    Page {
        path: "policy show",
        about: "Montre les règles et d'où vient chaque valeur",
        after: "",
        arguments: &[("target", "Seulement ce qui vaut pour cette cible")],
    },
    Page {
        path: "policy set",
        about: "Fixe une règle",
        after: "",
        arguments: &[
            ("target", "Où elle vaut"),
            ("key", "Quelle règle"),
            ("value", "Sa valeur"),
        ],
    },
    Page {
        path: "policy unset",
        about: "Retire une règle, pour qu'une moins précise vaille de nouveau",
        after: "",
        arguments: &[("target", "Où elle était fixée"), ("key", "Quelle règle")],
    },
    Page {
        path: "wait",
        about: "Attend que chaque changement fait ici auparavant soit sur chaque appareil connecté qui le garde, et que celui-ci ait tout ce qu'il garde",
        after: "\
Une barrière pour les scripts : ce qui était écrit ici avant l'appel est sur chaque appareil
connecté qui le garde quand la commande finit par 0. Elle finit par 4 quand le temps est écoulé ; le travail
continue tout de même.

Exemples :
  cp rapport.pdf ~/Travail/ && homefold wait && echo 'en sûreté ailleurs'
  homefold wait Photos --timeout 10m",
        arguments: &[
            ("folder", "Seulement ce dossier"),
            ("timeout", "Combien de temps au plus, jusqu'à un jour"),
        ],
    },
    Page {
        path: "drive",
        about: "Monte et démonte le lecteur, qui montre tous les dossiers et tous leurs fichiers",
        after: "\
Exemples :
  homefold drive mount                 sur ~/Homefold, et à chaque départ du service
  homefold drive mount /media/maison   ailleurs ; le répertoire est créé, ou doit être vide
  homefold drive unmount               aucun fichier n'est perdu : les dossiers continuent",
        arguments: &[],
    },
    Page {
        path: "drive mount",
        about: "Monte le lecteur, maintenant et à chaque départ du service. Il montre aussi les dossiers qui ne sont pas attachés",
        after: "",
        arguments: &[("path", "Où [par défaut : Homefold dans votre répertoire]")],
    },
    Page { path: "drive unmount", about: "Démonte le lecteur", after: "", arguments: &[] },
    Page {
        path: "pause",
        about: "Met en pause tous les échanges de cet appareil",
        after: "\
Exemples :
  homefold pause               jusqu'à `homefold resume`
  homefold pause --for 2h",
        arguments: &[("time", "Pour combien de temps [par défaut : jusqu'à `homefold resume`]")],
    },
    Page { path: "resume", about: "Met fin à la pause", after: "", arguments: &[] },
    Page {
        path: "ui",
        about: "Ouvre Homefold dans votre navigateur",
        after: "\
Exemples :
  homefold ui
  homefold ui --no-open       écrit seulement l'adresse, par exemple pour un tunnel ssh
  homefold ui --listen 0.0.0.0:22781
                              laisse entrer les navigateurs d'autres ordinateurs : avec TLS et un mot de passe,
                              demandé (ou lu sur l'entrée standard), désormais et après chaque démarrage
  homefold ui --no-listen     ne les laisse plus entrer",
        arguments: &[
            ("no_open", "Écrit seulement l'adresse, qui marche une fois et deux minutes"),
            ("listen", "Laisse entrer à cette adresse les navigateurs d'autres ordinateurs, avec TLS"),
            ("no_listen", "Ne laisse plus entrer de navigateur d'un autre ordinateur"),
        ],
    },
    Page {
        path: "support",
        about: "Écrit un fichier pour qui vous aide : versions, nombres et journal, rien de vous",
        after: "\
Versions, nombres et fin du journal ; ni noms de fichiers, de dossiers ou d'appareils, ni contenus, ni clés.
Regardez-le avant de l'envoyer : `tar -xzf` le déballe.

Exemples :
  homefold support
  homefold support /tmp/homefold.tar.gz",
        arguments: &[(
            "file",
            "Le fichier, là où rien ne se trouve encore [par défaut : un nom avec la date, dans votre répertoire]",
        )],
    },
    Page {
        path: "events",
        about: "Montre ce qui s'est passé",
        after: "\
Exemples :
  homefold events                          ce qui s'est passé depuis le départ du service
  homefold --json events --follow          un document JSON par ligne, pour des programmes
  homefold --json events --after 120       seulement ce qui a un plus grand `seq`",
        arguments: &[
            ("follow", "Continue avec ce qui se passe désormais, jusqu'à Ctrl-C"),
            ("after", "Seulement les événements d'un plus grand numéro"),
        ],
    },
    Page {
        path: "logs",
        about: "Montre le journal du service",
        after: "",
        arguments: &[
            ("lines", "Combien des dernières lignes"),
            ("follow", "Continue avec ce qui s'écrit désormais, jusqu'à Ctrl-C"),
        ],
    },
    Page {
        path: "log",
        about: "Montre ce qui a été fait pour des programmes",
        after: "",
        arguments: &[],
    },
    Page {
        path: "log pulls",
        about: "Montre quels programmes ont fait récupérer quoi à cet appareil, et lesquels ont été \
                refusés, le plus récent d'abord",
        after: "",
        arguments: &[],
    },
    Page {
        path: "completions",
        about: "Écrit un script qui complète les commandes dans votre interpréteur",
        after: "\
Exemples :
  homefold completions bash > ~/.local/share/bash-completion/completions/homefold
  homefold completions zsh > ~/.zfunc/_homefold     (un répertoire de votre fpath)
  homefold completions fish > ~/.config/fish/completions/homefold.fish",
        arguments: &[("shell", "L'interpréteur")],
    },
];
