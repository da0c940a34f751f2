/** The photographs that the shipped model is trained on: in packages of Debian and npm, under licences that allow it. */

export interface Photograph {
  /** In the package's folder. */
  readonly file: string;
  /** As the package names them: packages of npm rarely do. */
  readonly author?: string;
  readonly licence: 'CC-BY-4.0' | 'CC-BY-SA-4.0' | 'CC-BY-SA-3.0' | 'CC0-1.0' | 'MIT';
  readonly sha256: string;
}

interface PhotographPackage {
  readonly name: string;
  /** The version, if the package is of npm: those without are Debian's. */
  readonly npm?: NpmVersion;
  /** In the package. */
  readonly folder: string;
  readonly photographs: readonly Photograph[];
}

export interface NpmVersion {
  readonly version: string;
  /** SHA-512 of the archive. */
  readonly integrity: string;
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
  // towns, people and interiors, in themes for web pages
  {
    name: 'startbootstrap-business-casual',
    npm: {
      version: '7.0.9',
      integrity: 'sha512-F9dZMOLQc9aGcaAtD8KgzAEWknoH89FS0Da67fMECUVLY6GHFCZUjaypGsI9bVmJBdLqFLrewn8IQzTdMOGF9A==',
    },
    folder: 'package/dist/assets/img',
    photographs: [
      { file: 'bg.jpg', licence: 'MIT', sha256: 'f2287e40ca45c431b2698457eae3b4873b675090ec63e83727fc81e4b52e48f3' },
      { file: 'intro.jpg', licence: 'MIT', sha256: '0ae04486a67a54ff85d3317c4063a0b64c50d6ee65af09fee1116ee2faecd734' },
    ],
  },
  {
    name: 'startbootstrap-clean-blog',
    npm: {
      version: '6.0.9',
      integrity: 'sha512-xbbvk1j++rQjXajEju4TbEs862Fd5nGn/LWQIPIl0ColRSCQwO2uNLQe4u43nB5o4bXEg4IsI9QzfEpNM/kVcQ==',
    },
    folder: 'package/dist/assets/img',
    photographs: [
      { file: 'about-bg.jpg', licence: 'MIT', sha256: '7bf373a8440436f74778bbfd6caf9bc91a65411b5822b4b4d1b3216fb930ef7f' },
      { file: 'post-bg.jpg', licence: 'MIT', sha256: '998d75a7b556b3106129d59cc14fd403255225e851cf2ffa552f2666a6f8dfb8' },
    ],
  },
  {
    name: 'material-kit',
    npm: {
      version: '2.0.2',
      integrity: 'sha512-5nFDmYs+SXKEJgspBASQA8sl4CnTAOhdfjaRNU/IKxbJ+lJObOF766Wpil6QGPqREa3dZDtWvPwgJuBuVp5jpg==',
    },
    folder: 'package/assets/img/kit/free/examples',
    photographs: [
      { file: 'clark-street-merc.jpg', licence: 'MIT', sha256: '6439f055374cee835f50c20321838a8df2f2d2251007b67e55f683701b01d299' },
      { file: 'profile_city.jpg', licence: 'MIT', sha256: '9fac215403df68efdf7f76c162f1bcf8e60ed2b76c2d7f4d3498e56d9dfefa44' },
    ],
  },
  {
    name: 'paper-kit-2',
    npm: {
      version: '2.1.0',
      integrity: 'sha512-IRlEBivZes8PhGWWYQDSn5Z20xIXC+20q5JLkKLG9N40ZmHsKgDBJ8dq7P7SEw+dBAVKQ6GrRvXnDYJiT5YBNQ==',
    },
    folder: 'package/assets/img',
    photographs: [
      {
        file: 'antoine-barres.jpg',
        author: 'Antoine Barres',
        licence: 'MIT',
        sha256: '6376e7279f5c9a313c3089e8f5286154958ec5762aa80c811cf1565ec4be7180',
      },
      {
        file: 'bruno-abatti.jpg',
        author: 'Bruno Abatti',
        licence: 'MIT',
        sha256: '87d756c7e8a8c1e233d7fa8f7e973b95f651142d39be9f2975d509371ec4ca21',
      },
      {
        file: 'fabio-mangione.jpg',
        author: 'Fabio Mangione',
        licence: 'MIT',
        sha256: '156d78f9158becbce3ecbe9a2fa68f82eb0a8250585241b8aa151ef56d2687ef',
      },
      {
        file: 'federico-beccari.jpg',
        author: 'Federico Beccari',
        licence: 'MIT',
        sha256: 'a9ac5c03448df62332e483b25242becadb3530dfc80cdf1aaa1b36cd63681db8',
      },
      {
        file: 'ilya-yakover.jpg',
        author: 'Ilya Yakover',
        licence: 'MIT',
        sha256: '7ff1815fe8180203a687526ed3d407b5b0221572a955a49d2a6a0d7b847b3086',
      },
      {
        file: 'joshua-stannard.jpg',
        author: 'Joshua Stannard',
        licence: 'MIT',
        sha256: 'c36afc5933bf100e0193c8f6fa2f8b43cf4b309a164b2e346eb2263406cc9d77',
      },
      {
        file: 'soroush-karimi.jpg',
        author: 'Soroush Karimi',
        licence: 'MIT',
        sha256: 'c1d6cf796fa866fb6d93833b49724934c54686528066d0cfe3ae6ee3cb43818f',
      },
    ],
  },
  {
    name: 'material-dashboard',
    npm: {
      version: '3.1.0',
      integrity: 'sha512-/dkEhja3jybC2ky+cXvOyCu+BgjdHmxN+6Vj04p5+LtDDQZbZ8PW8qV5YwDW/KwHSs8mpYDG20p964kdc0PMQA==',
    },
    folder: 'package/assets/img',
    photographs: [
      { file: 'home-decor-1.jpg', licence: 'MIT', sha256: '9e76e88eb57ebcac0e8210679a636fa13b00c62adf7bfc08cf5c2b9e5bc814ec' },
      { file: 'home-decor-2.jpg', licence: 'MIT', sha256: '4661129cbe0313761f157d813baf25efd0af0864d6cba988384c4b7656364eb8' },
      { file: 'home-decor-3.jpg', licence: 'MIT', sha256: 'ebed708c6891a385360890ce4ec56b93f516db74fdb96c75aad54f853d412c28' },
      { file: 'meeting.jpg', licence: 'MIT', sha256: '4f392f3c78cdf8278d6caa7fe78d0377a553b391a55e3a5826976dea76dfb464' },
      { file: 'products/product-11.jpg', licence: 'MIT', sha256: 'ccaf10fa6d803dac5a8ea6b718801a0caf629cd5a0d30605a5a42e156f1818cb' },
    ],
  },
  {
    name: 'argon-design-system-free',
    npm: {
      version: '1.2.0',
      integrity: 'sha512-aMNzLhI9PYfXwCVGAf9DHgbQDO8ouK+OZbFsiinvB1tgeuoymP+WykVOzwMspYeMTAr+dLksm+5BwzwADQs1BA==',
    },
    folder: 'package/assets/img',
    photographs: [
      {
        file: 'faces/ali-pazani.jpg',
        author: 'Ali Pazani',
        licence: 'MIT',
        sha256: '659360284e416e007b1ef740b17e95521562bec234ffa38e7acbb7c4b86aa4d0',
      },
      {
        file: 'faces/fezbot.jpg',
        author: 'Fezbot',
        licence: 'MIT',
        sha256: 'ad54155a3d493a5d1017dd3072cd5d4bdeaa6dfe457eb6e4476ebe9fa00044c7',
      },
      {
        file: 'pages/mohamed.jpg',
        author: 'Mohamed',
        licence: 'MIT',
        sha256: '5e583aa59c2a603fb930fb8c8bd9292132ad8e071ff81db4cc426deaacea6e77',
      },
    ],
  },
  {
    name: 'soft-ui-design-system',
    npm: {
      version: '1.0.4',
      integrity: 'sha512-tX86rDIsaW2CscpCEolbqvYMpjZOSHGoTZLFRAV+8HJpYEdbNjeS8BsAUhhs8qDlRnbmCykolVgQqKnKlcfLEQ==',
    },
    folder: 'package/assets/img',
    photographs: [
      {
        file: 'annie-spratt.jpg',
        author: 'Annie Spratt',
        licence: 'MIT',
        sha256: 'ce192a27af8618d96bfa09e0555e836c9589eb6eb56a180e000413f992fddde6',
      },
    ],
  },
];

export const photographs: readonly Photograph[] = photographPackages.flatMap((one) => one.photographs);
