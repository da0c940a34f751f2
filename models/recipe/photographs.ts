/** The photographs that the shipped model is trained on: in Debian's packages, under licences that allow it. */

interface Photograph {
  readonly file: string;
  readonly author: string;
  readonly licence: 'CC-BY-4.0' | 'CC-BY-SA-4.0' | 'CC-BY-SA-3.0' | 'CC0-1.0';
  readonly sha256: string;
}

interface PhotographPackage {
  readonly name: string;
  /** In the package. */
  readonly folder: string;
  readonly photographs: readonly Photograph[];
}

const folder = 'usr/share/backgrounds';

export const photographPackages: readonly PhotographPackage[] = [
  {
    name: 'lomiri-wallpapers-16.04',
    folder,
    photographs: [
      {
        file: 'Bridge_by_Sander_Klootwijk.jpg',
        author: 'Sander Klootwijk',
        licence: 'CC-BY-SA-4.0',
        sha256: 'bd86b081f9975e2b83527f71e49b9271a8ab40885428395969d9f7d834d7f050',
      },
      {
        file: 'Dragonfly_by_Bolly.jpg',
        author: 'Bolly',
        licence: 'CC-BY-SA-4.0',
        sha256: 'af5af17841009732def24b09bb1e669a1b09d2b4bdeee7812c371101c30d2bb3',
      },
      {
        file: 'Picture_0B_by_freespace.jpg',
        author: 'Trevor "Freespace"',
        licence: 'CC-BY-4.0',
        sha256: 'c8c0ab18e48d9e0419fe42881112137f3afafc27dfddc29ec3a6d54c56d225ad',
      },
      {
        file: 'Wine_by_Jakkub_Mede.jpg',
        author: 'Jakub Mede',
        licence: 'CC-BY-4.0',
        sha256: 'd2e96e6d4da40dd804b3d0ce295e94de04a2d7d9b6785d42cd9d92ba58bced74',
      },
      {
        file: 'aitzgorri_by_Aitzol_Berasategi.jpg',
        author: 'Aitzol Berasategi',
        licence: 'CC-BY-4.0',
        sha256: '66268e7b48f8854d36a28765fac6e23ec1aee251daa6da1f64715f201020ad36',
      },
      {
        file: 'free_by_Peter_Nerlich.jpg',
        author: 'Peter Nerlich',
        licence: 'CC-BY-SA-4.0',
        sha256: '85a5453c2fed514c75973016f3d862aca62eb7ca087618822469274ac1092373',
      },
      {
        file: 'friends_by_Aitzol_Berasategi.jpg',
        author: 'Aitzol Berasategi',
        licence: 'CC-BY-4.0',
        sha256: 'cc40e313c74e421edffe3403def413c16878ce14661cce7ec5915baeab35538d',
      },
      {
        file: 'greentock_by_Peter_Nerlich.jpg',
        author: 'Peter Nerlich',
        licence: 'CC-BY-SA-4.0',
        sha256: 'e7b20e2db9dcd6e2b278ca55873c2110b35d89cd38b04d0b18728726888e6889',
      },
      {
        file: 'life_by_Aitzol_Berasategi.jpg',
        author: 'Aitzol Berasategi',
        licence: 'CC-BY-4.0',
        sha256: '4c119350ead80201fe256850c3d316309ddfb4bdf10b235ce982dcde0c667c05',
      },
      {
        file: 'picosdeeuropa_by_Aitzol_Berasategi.jpg',
        author: 'Aitzol Berasategi',
        licence: 'CC-BY-4.0',
        sha256: '414d0072b2f6f2c555deafeaef6e45c4fed6fa9ad26eba6560ca8803959cf97a',
      },
      {
        file: 'seeding_by_Clements_Engelhardt.jpg',
        author: 'Clemens Engelhardt',
        licence: 'CC0-1.0',
        sha256: 'a5634d1ab5e41a3568e92d4a894a500c92b891f9ff734e50bd224d6e185a605f',
      },
      {
        file: 'sunset_by_Aitzol_Berasategi.jpg',
        author: 'Aitzol Berasategi',
        licence: 'CC-BY-4.0',
        sha256: '474dab6a4b9f94dc76c29dfe30e9f5db4af0fd2e33fe5d695f8152b371efca18',
      },
      {
        file: 'umang_by_Abhishek_Mudgal.jpg',
        author: 'Abhishek Mudgal',
        licence: 'CC-BY-4.0',
        sha256: 'bfb425545e77e9f0eb1b037b607fc9ed4a446f3b0f04aa2879be3556073c57ef',
      },
    ],
  },
  {
    name: 'lomiri-wallpapers-20.04',
    folder,
    photographs: [
      {
        file: 'Kleiber_by_Lukas_Baubkus.jpg',
        author: 'Lukas Baubkus',
        licence: 'CC-BY-SA-3.0',
        sha256: '6572410c09f4492c74ccadde133565a14c0161617d5917d4c820c66d65a44ba7',
      },
    ],
  },
];
