import type { LanguageName } from './languages/all.ts';

/** A culture's names. A name in another script carries its Latin form after a slash, for the username. */
export interface Culture {
  language: LanguageName;
  /** In how many of a thousand people. */
  share: number;
  familyFirst?: true;
  given: string;
  family: string;
  places: string;
}

export const cultures: readonly Culture[] = [
  {
    language: 'english',
    share: 150,
    given:
      'Amelia Oliver Grace Theo Maya Finn Isla Noah Ruth Callum Edith Marcus Zoe Harriet Dylan Priya Leo Nora',
    family: 'Walker Hughes Bennett Clarke Murphy Campbell Osborne Fletcher Reid Whitfield Lowe Doyle Marsh',
    places: 'Leeds Cork Bristol Halifax Wellington Cardiff',
  },
  {
    language: 'english',
    share: 70,
    given: 'Chidi Amara Ngozi Tunde Yaa Kofi Wanjiru Otieno Thandi Sipho Folake Kwame Achieng Zainab',
    family: 'Okafor Adeyemi Mensah Boateng Kamau Mwangi Dlamini Nkosi Balogun Owusu Eze Abara',
    places: 'Lagos Accra Nairobi Durban Kampala',
  },
  {
    language: 'english',
    share: 40,
    given: 'Linh Minh Thao Jisoo Minjun Seoyeon Aroha Tane Marites Jun Somchai Malee',
    family: 'Nguyen Tran Pham Kim Park Choi Reyes Santos Tamati Suwan Dizon',
    places: 'Hanoi Seoul Manila Rotorua Bangkok',
  },
  {
    language: 'german',
    share: 110,
    given: 'Anna Lukas Greta Jonas Mia Emil Frieda Paul Lotte Henrik Clara Matthis Ida Oskar Katja Jörg',
    family: 'Schneider Weber Fischer Krüger Hoffmann Vogel Lindner Maier Brandt Köhler Seidel Zimmermann',
    places: 'Leipzig Graz Basel Kiel Freiburg',
  },
  {
    language: 'spanish',
    share: 120,
    given: 'Lucía Mateo Valentina Diego Camila Joaquín Inés Andrés Paloma Tomás Ximena Rafael Elena Iñaki',
    family: 'García Rodríguez Fernández Muñoz Quispe Herrera Castillo Ortega Vargas Ibáñez Rojas Peña',
    places: 'Sevilla Oaxaca Bogotá Rosario Valparaíso',
  },
  {
    language: 'french',
    share: 80,
    given: 'Chloé Louis Manon Hugo Aïcha Mamadou Camille Élodie Rémi Fatou Baptiste Noémie Yann',
    family: 'Martin Dubois Lefèvre Moreau Diallo Traoré Girard Rousseau Bouchard Tremblay Picard',
    places: 'Lyon Dakar Québec Nantes Bruxelles',
  },
  {
    language: 'portuguese',
    share: 90,
    given: 'João Mariana Rafaela Thiago Beatriz Caio Luana Davi Conceição Gustavo Iara Nuno',
    family: 'Silva Souza Oliveira Carvalho Nascimento Araújo Figueiredo Rocha Teixeira Moura',
    places: 'Recife Porto Belém Curitiba Luanda',
  },
  {
    language: 'turkish',
    share: 70,
    given: 'Elif Mehmet Zeynep Emre Ayşe Burak Defne Kerem Gül Ozan Selin Yiğit',
    family: 'Yılmaz Demir Kaya Çelik Şahin Aydın Öztürk Arslan Koç Doğan',
    places: 'İzmir Ankara Trabzon Eskişehir',
  },
  {
    language: 'arabic',
    share: 80,
    given:
      'ليلى/Layla عمر/Omar سارة/Sara يوسف/Yusuf نور/Nour خالد/Khaled هند/Hind طارق/Tariq مريم/Maryam سامي/Sami دينا/Dina',
    family:
      'حداد/Haddad منصور/Mansour الخطيب/Khatib نجار/Najjar سالم/Salem عباس/Abbas خوري/Khoury زيدان/Zidan',
    places: 'القاهرة عمّان تونس بيروت',
  },
  {
    language: 'hindi',
    share: 80,
    given:
      'आरव/Aarav दीया/Diya रोहन/Rohan अनन्या/Ananya कबीर/Kabir मीरा/Meera विवेक/Vivek सीमा/Seema अर्जुन/Arjun काव्या/Kavya',
    family: 'शर्मा/Sharma वर्मा/Verma गुप्ता/Gupta यादव/Yadav मिश्रा/Mishra जोशी/Joshi पटेल/Patel नायर/Nair',
    places: 'जयपुर पुणे लखनऊ दिल्ली',
  },
  {
    language: 'chinese',
    share: 70,
    familyFirst: true,
    given:
      '晓雯/Xiaowen 子轩/Zixuan 美玲/Meiling 浩然/Haoran 雨桐/Yutong 建国/Jianguo 思远/Siyuan 丽华/Lihua 志强/Zhiqiang',
    family: '王/Wang 李/Li 张/Zhang 陈/Chen 刘/Liu 林/Lin 黄/Huang 周/Zhou 吴/Wu',
    places: '成都 台北 杭州 广州',
  },
  {
    language: 'japanese',
    share: 60,
    familyFirst: true,
    given:
      '陽葵/Himari 蓮/Ren 結衣/Yui 大翔/Hiroto さくら/Sakura 健太/Kenta 美咲/Misaki 悠真/Yuma 花子/Hanako',
    family:
      '佐藤/Sato 鈴木/Suzuki 高橋/Takahashi 田中/Tanaka 渡辺/Watanabe 伊藤/Ito 山本/Yamamoto 中村/Nakamura',
    places: '京都 札幌 福岡 東京',
  },
];
