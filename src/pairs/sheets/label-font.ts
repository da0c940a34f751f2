/** The embedded letters of labels: a fresh machine may have no fonts at all, and sharp brings none. */

/**
 * A PNG of 95 glyphs side by side, the characters U+0020 to U+007E, each `width` x `height` pixels, white on black with
 * 16 shades: DejaVu Sans Mono (free to use and embed, https://dejavu-fonts.github.io/License.html) at 13.29 pixels, baseline
 * at row 12, drawn from one SVG `<text x="8 * index" y="12">` per glyph.
 */
export const labelFont = {
  width: 8,
  height: 16,
  firstCharacter: 0x20,
  lastCharacter: 0x7e,
  png: [
    'iVBORw0KGgoAAAANSUhEUgAAAvgAAAAQBAMAAACRhBYWAAAAMFBMVEUAAAD9/f2oqKgZGRmSkpJnZ2cNDQ3Jycm5ubk1NTV5eXknJyfZ2dnq6upFRUVWVlbn2VqVAAAA',
    'CXBIWXMAAAPoAAAD6AG1e1JrAAAKbUlEQVRYw+2YDXAU5RmA37vd293bvR+O1WgMCccJCCh2V8ZaK+iaykAt4KKcAfnpHrZSRwIr5fBfNmo0KsKGYo0jTBfU4g/YPRHb',
    'DjIeGgJoowFi/GkCCw7KVBLPnymdscz0/XZzd/kzteNMa6f9Jpdv993v/X6e733f790F+H/5LhWtzz3TX/TfWqgJXj1BKsp+3P2osEam+yElFeSuyHar4OPfBgajkW6Z',
    'Xl0ELJzEOoCoqYBgAWWibHMa5SpejAO4GqtoboDOIgpUpYGaNRqiq9ZAYFUtyjZpgUTChuN7zYWJRJyZslxjpqQHZoHP3J2lFaATowBe3GMtTDwJPOpFE4lzsY/cQlsY',
    'jfcWXJ2wF9rM98hUjzqR8xda1GjYfDu2HaeRemFiBjCbX3M2JRLjiM6XAFeNBVj7ogQzZgFMphOJ88H3GlxAFn7eEHdMt6z3SHBWAYbuVsEOvSDnDZysCDxKuBp7cL5L',
    'B9v8ZouMy7f32HzwxwFWngQI/VGHdWn7xDkaRN7/jTdBoQ2g2gZ++1yrf2+sFR3+WS6wTAT2hY0qv2C+CsH9kr82KQVPO+b8PDnboPetV/y3nRpo5yAw45QFWztUyJRB',
    'eNSWuHDgU0N+7hGbSydV/p3kNdGzjhmyGRQjVWkHHt1oyuYig0YO8w3uHVkURP7wKYur3dJEanny5ap/5V+sY1XpBSknUnJEYyp2A1Rxcb5JdiJiNDmrAnwmzpiARfhT',
    'lnuTiFoDw+eUojzooNFe68KH1D+BXz/IM9IBYcpaA8CfxCvRD0ZaD9MOBHCRbsPunzDmHru/9XdqrELrEBRJJ6iBaNiZkl/Jzz2khtRANuXweg+lS8i/bd7Ahv9sah88',
    '8xCE1egQP7aSTc4gunwWtRVyj52T+eGV/Os6jcCven1iWr5dEEMW38IpQgWpZYfWfaa3FgI/nIuUjASopComOXw2hKtl4wR+tM2DH319olqY0bFrgHthLsp/KsH2Yzos',
    'nQvBEzMc2P6hyT07B6guE5guB9kxHxH4F3+61AxePAfgsi8geCnqXfahCTsu/CtcuACWzOwygxJlXgrw4UcAS5ZozEdLAH4ldGEndNzj6Vf6wF99HNbvb27nnrdg8kXm',
    '9UIZgY9zDiPwaAvA398uumqhPAQ+JzKkGz52wirwVL3kH+WAr+srd3M4hTYydmAIcEiNJTt69HTmhhu0z84n+jtz6+HxWZCuQvh8S9giiAMlefgZsw/8hhXgwp98XVqe',
    'J4jkGacww0ktI2KfWoRPxt3E6uNgcwKY3fMxtsyXCHzY7cF/RaLezK+CXjbe4faMyMH4RDY69E5deG98jh+/TIkOvUXnbhmRC55jADWGhJ1FCoHfOX65SOSRoSMcds/4',
    'XPDALVlI7L09eGBK7oKahMVZgaxsCyISO+mP+42USZVGE+cZXw8fy03jMk/Qqy24IL1ubPTd7lNBRjcTRKCTSaUffOQiPzpH9OBnHPjbAY1qQvi3tkupB2pw10YCVVcn',
    'pRy6BEJo1vij5rXaM2Ox06ktrRJQjRiM975GlWWk8LI7HV+OII6Uce/VKfyZdcoRDI3yrQ8U4d/sePAbbkvLv/9EzNhCKaf8rIzU8pxTFn3G8wX4gWxIrapuS0PoIMCp',
    'wxhv8Ufgz+sOO71SCt7g9EBL9CBIIZXVWSXSAqwKIYvVOR1HzMf8Xza6YaeTNt4icuL1rM5nWYXLwgibIWxJ2CHwOYs3rmC0K5i352l+hXj+BtOF7kaSeI/R81D3PQbM',
    'iFaJmf0s7PyDctyLYbgJTKl7+B5ftXeNFzi2dW+aAvLasR58BmPoq9MdTq2XGFgUl+N8C1ClEHhji0rv3lLiHvH4IxZPLB89YDghefdObRMBFR61OZ5yXEsv42qTOYz5',
    'uSPaxjL56euK8Jc3efBD2bS8/WGxnsCPledILXecBbBul5qHT4mytKHhwfdhErowS07KuAc/lOsHH76cmsXwJRImss3rqQVdZQQ+uUaQegH+nwwX/glaWUPkxOtZSxB9',
    'ZgAtHxF9YBfgR7Oh3EkuvhI2vA+RNuyM2Q2R6abHOtjqPFZ+1dPdB4F3ACSG3nkuCImmtc4D+66gDn/uCjNoflSZC2777Nq5rmx6q6eXsYthhywOg0Vn8nI0v0DWl0Mh',
    'xo5ULloCm64qrLah1YTtySQG1ekPkoPnjuNwlGucZoRVqjSsEsTRYtixbyzrHfMbPfjRXFp++ZAXds7V3A2TnSO4cn4IaevOCc+w1HPPiZDY7Hn2Kc2DT4ywD3x/+ku0',
    'VKaUjJuReD1DMi3kRa4JyAL80ypc+B/zSm0+tLAWVSbb0Sw6OcDsYXYePlNar8mLVoiwuAngbbRg7DwyLQ+/0em6ceqPehvAyje+AOG3pRCJN1RCZ60rTKFCsKS3h+RL',
    'JRqShZgI/DFu6tCyNlGzmqALq6iE55wLD3ocuC+1P3m8rm7ND5t/gs1tWL1Tq0xd+VQJgh9O9k826WwefkqlesDP2LJ5xHHhA6Rlu1L05QJDSFtSy+4TwW0bdjBsVI6E',
    '8N0ft0TE6hyRkajjwmcO9YOfsnnP8olhm7TuJjQIn1z3gq9vxXOjCN+1fCVY4sPzxoUPv4h78Ml9JYSfurIFEugSzyCoKV6k6B92Ap7l02ob8E/8rg2CxudHHNYjjpPI',
    'Z1+uItfSnWXqJKoA37TYYl4ttf1v7pCWahfhLOux3qDQKzALqpcgrNAtgtapeq5PdCOjiPpskjjRObiS37PsM40ZHr72JTE6HFT5k5k57uwJEoFPvym48Jkf3Ksd07aS',
    'jWmj753wfQ9+RvSvWBQn8EktO0IFLdFZApqNY96E7s6WpPRqK9BGZP6Hd2xz4cMz/eE7E7PcQVoPVoDDKpN07n4mR9bN3b+zD3zMGtCg8vD9BhdnD9KGP77YhR+UcDYy',
    'JjXGoiyceAv8hzrjgYOLMX4dAjxPYNADl6T5gbvOwBlOuyPQ3uolwmTgfBIs2F78dBvrbghgas7UIrGY6IvFshPLz5QI/OrYUI25q90k3hBpbjcDsbPc9gXdfMGFvKJd',
    'cv1UgPvCsXcdmL9fl8tXAheLlRH4cPn+0QS+PxaLry8/jOtiWmk8rD34rEjdfAZZLpBadmAMVz7MJGsJ7kL3D7eAX2fj0wCWu6EoFjvNg19t9oXPD2vNco+02zC/wxCa',
    'D+hUzS6DwKdqGg0Cmd1fftCDT70DkV1GHj7V3C6xqIc6Lnx+2LsS8B1xoaMxS8YPoD/vdCKl4EebiMW+JtvpWYQ86O5sh/kzZoQ93odTxVy/2im8hXdn8Fqxpnq8pd+k',
    '9dMtLPy2nh8vtvV5G3+5z9tB37l2v/AIW00vXev1ZaB/8X3lmd+rfQ7cm8hYtjc+WXdh3B7xQSgZ4I1VAvZakg1elu01vqD1fRcd5CVrIPiFknT/CqWheHnpv/ppo2EA',
    '2ckO5dt/tAk436gZdx+h7MBU4xs1D37VWeg3eFQfsA3rvqpFs4P2szG/Ke0qgR9otr8rX7uY/9jISSyDQlu1ppiN3zMwMNp15kh8sH7osT1cBeF/nWP+T5UdWP79X1aL',
    '5P8BvOJtKC9YT5UAAAAASUVORK5CYII=',
  ].join(''),
};
